package temporal

import (
	"fmt"
	"os"
	"sync"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logLimit is the size beyond which a start sets the log aside; one old log is kept.
const logLimit = 8 << 20

// logs are the loggers of one server and the file behind them.
type logs struct {
	server log.Logger
	sdk    *log.SdkLogger
	file   *logFile
}

// openLogs logs warnings and errors to the file. A fatal message, after which the server ends the whole process, also
// goes to standard error: there it must not pass unseen.
func openLogs(path string) (*logs, error) {
	file, err := openLogFile(path)
	if err != nil {
		return nil, err
	}
	encoder := zapcore.NewConsoleEncoder(log.DefaultZapEncoderConfig)
	logger := log.NewZapLogger(zap.New(zapcore.NewTee(
		zapcore.NewCore(encoder, zapcore.Lock(os.Stderr), zap.FatalLevel),
		zapcore.NewCore(encoder, file, zap.WarnLevel),
	)))
	return &logs{server: logger, sdk: log.NewSdkLogger(logger), file: file}, nil
}

// Close closes the file.
func (l *logs) Close() error { return l.file.Close() }

// logFile swallows what comes after its end: background work of a stopped server goes on logging for a moment.
type logFile struct {
	mu   sync.Mutex
	file *os.File // nil without a log file, and after Close
}

func openLogFile(path string) (*logFile, error) {
	if path == "" {
		return &logFile{}, nil
	}
	if info, err := os.Stat(path); err == nil && info.Size() > logLimit {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, fmt.Errorf("set Temporal's log aside: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open Temporal's log: %w", err)
	}
	return &logFile{file: file}, nil
}

// Write appends to the file, if there is one.
func (f *logFile) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return len(line), nil
	}
	return f.file.Write(line)
}

// Sync has nothing to do: the log of a development server may lose its last lines with the machine.
func (f *logFile) Sync() error { return nil }

// Close closes the file; closing again does nothing.
func (f *logFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	file := f.file
	f.file = nil
	return file.Close()
}
