# Two stages: a static binary, and an image that holds nothing else. It runs as a user without rights, on a read-only root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /arrears ./cmd/arrears && mkdir /letters /documents

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /arrears /arrears
# Volumes that are mounted here take over this owner.
COPY --from=build --chown=nonroot:nonroot /letters /letters
COPY --from=build --chown=nonroot:nonroot /documents /documents
USER nonroot
ENTRYPOINT ["/arrears"]
CMD ["serve"]
