package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/receivable"
)

// onCashException settles the exception of the path and answers with it as it is then.
func onCashException[I any](s *server, c echo.Context, act func(ctx context.Context, p access.Principal, id uuid.UUID, in I) (app.CashExceptionFile, error)) error {
	now, err := s.app.Now(c.Request().Context())
	if err != nil {
		return err
	}
	return onPath(c, act, func(f app.CashExceptionFile) cashExceptionFileJSON { return writeCashExceptionFile(f, now) })
}

type cashProposalChoiceJSON struct {
	ProposalID uuid.UUID `json:"proposal_id"`
	Version    int64     `json:"version"`
}

func (s *server) applyCashProposal(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in cashProposalChoiceJSON) (app.CashExceptionFile, error) {
		return s.app.ApplyCashProposal(ctx, p, id, in.ProposalID, in.Version)
	})
}

func (s *server) rejectCashProposal(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in cashProposalChoiceJSON) (app.CashExceptionFile, error) {
		return s.app.RejectCashProposal(ctx, p, id, in.ProposalID, in.Version)
	})
}

type cashClaimJSON struct {
	AmountMinor int64  `json:"amount_minor"`
	Reason      string `json:"reason"`
	Words       string `json:"words"`
	Reference   string `json:"reference"`
}

func (in cashClaimJSON) read() app.CashClaim { return app.CashClaim(in) }

type cashLineJSON struct {
	ItemID        *uuid.UUID     `json:"item_id"`
	InvoiceID     *uuid.UUID     `json:"invoice_id"`
	InvoiceNumber string         `json:"invoice_number"`
	AmountMinor   int64          `json:"amount_minor"`
	ItemMinor     int64          `json:"item_minor"`
	DiscountMinor int64          `json:"discount_minor"`
	WriteOffMinor int64          `json:"write_off_minor"`
	CreditMemoID  *uuid.UUID     `json:"credit_memo_id"`
	CreditMinor   int64          `json:"credit_minor"`
	OffsetMinor   int64          `json:"offset_minor"`
	Claim         *cashClaimJSON `json:"claim"`
}

func (in cashLineJSON) read() app.CashLine {
	line := app.CashLine{
		ItemID: nullID(in.ItemID), InvoiceID: nullID(in.InvoiceID), InvoiceNumber: in.InvoiceNumber, AmountMinor: in.AmountMinor,
		ItemMinor: in.ItemMinor, DiscountMinor: in.DiscountMinor, WriteOffMinor: in.WriteOffMinor, CreditMemoID: nullID(in.CreditMemoID),
		CreditMinor: in.CreditMinor, OffsetMinor: in.OffsetMinor,
	}
	if in.Claim != nil {
		claim := in.Claim.read()
		line.Claim = &claim
	}
	return line
}

type cashAllocationJSON struct {
	CustomerID   *uuid.UUID      `json:"customer_id"`
	Lines        []cashLineJSON  `json:"lines"`
	NettedClaims []cashClaimJSON `json:"netted_claims"`
	OnAccount    bool            `json:"on_account"`
	Version      int64           `json:"version"`
}

func (s *server) allocateCash(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in cashAllocationJSON) (app.CashExceptionFile, error) {
		return s.app.ApplyCashByHand(ctx, p, id, app.CashByHand{
			CustomerID: nullID(in.CustomerID), Lines: each(in.Lines, cashLineJSON.read), NettedClaims: each(in.NettedClaims, cashClaimJSON.read),
			OnAccount: in.OnAccount, Version: in.Version,
		})
	})
}

type cashOwnerJSON struct {
	CustomerID uuid.UUID `json:"customer_id"`
	Version    int64     `json:"version"`
}

func (s *server) identifyCash(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in cashOwnerJSON) (app.CashExceptionFile, error) {
		return s.app.IdentifyCash(ctx, p, id, in.CustomerID, in.Version)
	})
}

type cashHoldJSON struct {
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

func (s *server) holdCash(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in cashHoldJSON) (app.CashExceptionFile, error) {
		return s.app.HoldCash(ctx, p, id, receivable.HeldReason(in.Reason), in.Version)
	})
}

func (s *server) freeCash(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in seenJSON) (app.CashExceptionFile, error) {
		return s.app.FreeCash(ctx, p, id, in.Version)
	})
}

func (s *server) cashNotOurs(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in seenJSON) (app.CashExceptionFile, error) {
		return s.app.CashNotOurs(ctx, p, id, in.Version)
	})
}

type cashReturnJSON struct {
	ReceiptID *uuid.UUID `json:"receipt_id"`
	Version   int64      `json:"version"`
}

func (s *server) resolveReturn(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in cashReturnJSON) (app.CashExceptionFile, error) {
		return s.app.ResolveReturn(ctx, p, id, nullID(in.ReceiptID), in.Version)
	})
}

type undoApplicationsJSON struct {
	ReceiptID    uuid.UUID      `json:"receipt_id"`
	Applications []uuid.UUID    `json:"applications"`
	Lines        []cashLineJSON `json:"lines"`
	Reason       string         `json:"reason"`
	Version      int64          `json:"version"`
}

func (s *server) undoApplications(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in undoApplicationsJSON) (receivable.Receipt, error) {
		return s.app.UnapplyReceipt(ctx, p, in.ReceiptID, app.Unapply{
			Applications: in.Applications, Lines: each(in.Lines, cashLineJSON.read), Reason: in.Reason, Version: in.Version,
		})
	}, writeReceipt)
}
