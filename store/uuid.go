package store

import (
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Ids go to and from the wire as 16 bytes. Without this pgx takes the way of database/sql, through text, which costs a load
// a third of its time.

var (
	errNullID = errors.New("an id that may not be null is null")
	errNoID   = errors.New("the value is no id")
)

// registerIDs teaches a connection our id type.
func registerIDs(m *pgtype.Map) {
	m.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapEncodeID}, m.TryWrapEncodePlanFuncs...)
	m.TryWrapScanPlanFuncs = append([]pgtype.TryWrapScanPlanFunc{wrapScanID}, m.TryWrapScanPlanFuncs...)
}

// wireID and wireNullID are ids as pgx's codec knows them.
type (
	wireID     uuid.UUID
	wireNullID uuid.NullUUID
)

// UUIDValue gives the codec the bytes.
func (id wireID) UUIDValue() (pgtype.UUID, error) { return pgtype.UUID{Bytes: id, Valid: true}, nil }

// ScanUUID takes the bytes from the codec. NULL is refused: a column that may be null is read into a NullUUID.
func (id *wireID) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		return errNullID
	}
	*id = v.Bytes
	return nil
}

// UUIDValue gives the codec the bytes, or NULL.
func (id wireNullID) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: id.UUID, Valid: id.Valid}, nil
}

// ScanUUID takes the bytes from the codec, or NULL.
func (id *wireNullID) ScanUUID(v pgtype.UUID) error {
	*id = wireNullID{UUID: v.Bytes, Valid: v.Valid}
	return nil
}

func wrapEncodeID(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	switch v := value.(type) {
	case uuid.UUID:
		return &encodeID{}, wireID(v), true
	case uuid.NullUUID:
		return &encodeID{}, wireNullID(v), true
	}
	return nil, nil, false
}

type encodeID struct{ next pgtype.EncodePlan }

// SetNext is called by pgx with the codec's plan.
func (p *encodeID) SetNext(next pgtype.EncodePlan) { p.next = next }

// Encode writes an id.
func (p *encodeID) Encode(value any, buf []byte) ([]byte, error) {
	switch v := value.(type) {
	case uuid.UUID:
		return p.next.Encode(wireID(v), buf)
	case uuid.NullUUID:
		return p.next.Encode(wireNullID(v), buf)
	}
	return nil, errNoID
}

func wrapScanID(target any) (pgtype.WrappedScanPlanNextSetter, any, bool) {
	switch v := target.(type) {
	case *uuid.UUID:
		return &scanID{}, (*wireID)(v), true
	case *uuid.NullUUID:
		return &scanID{}, (*wireNullID)(v), true
	}
	return nil, nil, false
}

type scanID struct{ next pgtype.ScanPlan }

// SetNext is called by pgx with the codec's plan.
func (p *scanID) SetNext(next pgtype.ScanPlan) { p.next = next }

// Scan reads an id.
func (p *scanID) Scan(src []byte, target any) error {
	switch v := target.(type) {
	case *uuid.UUID:
		return p.next.Scan(src, (*wireID)(v))
	case *uuid.NullUUID:
		return p.next.Scan(src, (*wireNullID)(v))
	}
	return errNoID
}
