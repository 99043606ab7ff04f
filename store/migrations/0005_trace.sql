-- +goose Up
-- A row of the outbox carries the span that left it, so that a trace goes on beyond the wait. The transaction says which one
-- (SET LOCAL arrears.traceparent); a transaction that is not traced, and a program that does not know of it, leave NULL.
ALTER TABLE nudges ADD COLUMN traceparent text DEFAULT nullif(current_setting('arrears.traceparent', true), '');

-- +goose Down
-- Nothing goes back: a backup does.
SELECT 1;
