package wire

import (
	"io/fs"
	"os"

	"arrears/config"
	"arrears/domain/notice"
)

// Templates loads the shipped templates and, over them, those of the configured folder. Error: notice's, naming each file
// that is wrong.
func Templates(cfg config.Config) (*notice.Templates, error) {
	var own fs.FS
	if cfg.Templates != "" {
		own = os.DirFS(cfg.Templates)
	}
	return notice.Load(own)
}
