package webhook_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/webhook"
)

// Addresses that reach this machine, its network or its cloud, in every spelling, and neighbours that are public.
func TestWhichAddressesArePublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "1.1.1.1": true, "172.15.255.255": true, "172.32.0.1": true, "100.63.255.255": true, "100.128.0.1": true,
		"192.169.0.1": true, "169.253.1.1": true, "198.17.255.255": true, "2606:2800:220:1::1": true, "::ffff:93.184.216.34": true,
		// this machine
		"127.0.0.1": false, "127.255.255.254": false, "::1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false, "::ffff:127.0.0.1": false,
		"::127.0.0.1": false, "::ffff:0:127.0.0.1": false,
		// this network
		"10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "100.64.0.1": false, "100.127.255.255": false,
		"169.254.1.1": false, "fe80::1": false, "fe80::1%eth0": false, "fd00::1": false, "fc00::1": false, "fec0::1": false,
		"::ffff:10.0.0.1": false, "::ffff:192.168.0.1": false, "64:ff9b::a00:1": false, "64:ff9b:1::1": false, "2002:a00:1::": false, "2001::1": false,
		// its cloud's metadata
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "fd00:ec2::254": false, "100.100.100.200": false, "168.63.129.16": false,
		// nobody
		"224.0.0.1": false, "239.1.1.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false, "192.0.0.1": false, "192.0.2.1": false,
		"198.51.100.1": false, "203.0.113.1": false, "198.18.0.1": false, "198.19.255.255": false, "192.88.99.1": false, "2001:db8::1": false,
		"100::1": false, "3fff::1": false,
	} {
		require.Equal(t, want, webhook.Public(netip.MustParseAddr(address)), address)
	}
	require.False(t, webhook.Public(netip.Addr{}))
}

func TestWhereEventsMayBePosted(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://erp.example.com/hooks?token=a": "", "https://erp.example.com:8443/": "", "https://93.184.216.34/x": "",
		"http://erp.example.com":             webhook.CodeBadURL,
		"ftp://erp.example.com":              webhook.CodeBadURL,
		"https://":                           webhook.CodeBadURL,
		"https://:443/x":                     webhook.CodeBadURL,
		"https:erp.example.com":              webhook.CodeBadURL,
		"//erp.example.com":                  webhook.CodeBadURL,
		"https://user:pw@erp.example.com":    webhook.CodeBadURL,
		"https://erp.example.com/#part":      webhook.CodeBadURL,
		"https://erp.example.com/a b":        webhook.CodeBadURL,
		"://":                                webhook.CodeBadURL,
		"":                                   webhook.CodeBadURL,
		"https://127.0.0.1/x":                webhook.CodePrivateAddress,
		"https://[::1]/x":                    webhook.CodePrivateAddress,
		"https://[::ffff:10.0.0.1]:8443/x":   webhook.CodePrivateAddress,
		"https://LOCALHOST./x":               webhook.CodePrivateAddress,
		"https://db.localhost":               webhook.CodePrivateAddress,
		"https://169.254.169.254/latest":     webhook.CodePrivateAddress,
		"https://[fe80::1%25eth0]/x":         webhook.CodePrivateAddress,
		"https://localhost.example.com/safe": "",
	} {
		got, err := webhook.ParseURL(address, false)
		if want == "" {
			require.Nil(t, err, address)
			require.Equal(t, address, got.String())
			continue
		}
		require.NotNil(t, err, address)
		require.Equal(t, want, err.Code, address)
	}
	for _, address := range []string{"http://127.0.0.1:8080/x", "https://localhost", "http://erp.internal"} {
		_, err := webhook.ParseURL(address, true)
		require.Nil(t, err, address)
	}
	for _, address := range []string{"ftp://127.0.0.1", "http://a:b@127.0.0.1", "http://"} {
		_, err := webhook.ParseURL(address, true)
		require.NotNil(t, err, address)
	}
}
