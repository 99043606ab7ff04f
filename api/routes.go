package api

import "github.com/labstack/echo/v4"

// handlers says which function answers each operation, by operationId.
func (s *server) handlers() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"healthz":          s.healthz,
		"readyz":           s.readyz,
		"getSpecification": s.getSpecification,
		"getDocs":          s.getDocs,
		"getMe":            s.getMe,
	}
}
