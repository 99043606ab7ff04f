package api

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/claimlist"
	"arrears/domain/fault"
	"arrears/domain/money"
)

func (s *server) importDisputes(c echo.Context) error {
	if err := access.Require(who(c), access.ImportsWrite); err != nil {
		return err // before the list is looked at
	}
	profile, err := listProfile(c)
	if err != nil {
		return err
	}
	file, header, err := formFile(c, "file")
	if err != nil {
		return err
	}
	defer file.Close()
	made, err := s.app.LoadClaims(c.Request().Context(), who(c), app.NewClaimImport{
		Profile: profile, File: file, Filename: path.Base(header.Filename), Source: formText(c, "source"),
		Customer: formID(c, "customer_id"), Currency: money.Currency(formText(c, "currency")),
	})
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, writeImport(made.Run))
}

// listProfile returns the shipped profile of lists that the form names, or the own one that it brings.
func listProfile(c echo.Context) (*claimlist.Profile, error) {
	name, brought := formText(c, "profile"), len(formOf(c).File["profile_file"]) > 0
	if (name != "") == brought {
		return nil, invalidRequest([]fault.Field{{Path: "profile", Code: "request.required", Message: "name a profile, or bring one as profile_file"}})
	}
	if !brought {
		return claimlist.Shipped(name)
	}
	file, _, err := formFile(c, "profile_file")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxProfile+1))
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	if len(text) > maxProfile {
		return nil, tooLarge(maxProfile)
	}
	return claimlist.LoadProfile(text)
}

// exportDisputes gathers the list before it answers, so that a refusal is one; its rows are bounded by the use case.
func (s *server) exportDisputes(c echo.Context) error {
	var list bytes.Buffer
	err := s.app.ExportDisputes(c.Request().Context(), who(c), disputeFilter(c), claimlist.NewWriter(&list).Write)
	if err != nil {
		return err
	}
	return attached(c, "text/csv; charset=utf-8", "disputes.csv", list.Bytes())
}

// getDisputePackage streams the package, whose documents the use case bounds at 100 MiB.
func (s *server) getDisputePackage(c echo.Context) error {
	found, err := s.app.DisputePackage(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	return s.sendFile(c, "application/zip", fmt.Sprintf("D-%d.zip", found.Dispute.Number), func(out io.Writer) error {
		return s.app.WriteDisputePackage(c.Request().Context(), who(c), out, found)
	})
}

// attached sends bytes as a file: a browser must not open them as a page of ours.
func attached(c echo.Context, mediaType, filename string, content []byte) error {
	c.Response().Header().Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
	return c.Blob(http.StatusOK, mediaType, content)
}
