package temporal

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/primitives"
)

func TestEveryServiceListensOnLoopbackAndIsToldWhereTheOthersAre(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("postgres://u:p%40ss@127.0.0.1:5433/any?sslmode=disable")
	require.NoError(t, err)
	ports, err := choosePorts(7233)
	require.NoError(t, err)
	config := serverConfig(base, ports)
	require.NoError(t, config.Validate())
	require.Len(t, config.Services, 4)
	used := map[int]bool{}
	for name, service := range config.Services {
		require.Equal(t, "127.0.0.1", service.RPC.BindOnIP, name)
		require.Zero(t, service.RPC.HTTPPort, "no second door")
		require.False(t, used[service.RPC.GRPCPort], "port taken twice")
		used[service.RPC.GRPCPort] = true
	}
	require.True(t, used[7233])
	require.Equal(t, "127.0.0.1:7233", config.PublicClient.HostPort)
	for service, hosts := range ports.hosts() {
		require.Equal(t, ports.address(service), hosts.Self)
		require.True(t, strings.HasPrefix(hosts.Self, "127.0.0.1:"))
	}
	require.NotZero(t, ports[primitives.WorkerService])
}

func TestStoresAreInPostgreSQL(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("postgres://u:p%40ss@127.0.0.1:5433/any?sslmode=disable")
	require.NoError(t, err)
	stores := serverConfig(base, servicePorts{}).Persistence
	require.EqualValues(t, 4, stores.NumHistoryShards, "it can never be changed for an existing database")
	for _, name := range []string{"temporal", "temporal_visibility"} {
		sql := stores.DataStores[name].SQL
		require.Equal(t, name, sql.DatabaseName)
		require.Equal(t, "postgres12_pgx", sql.PluginName)
		require.Equal(t, "127.0.0.1:5433", sql.ConnectAddr)
		require.Equal(t, "u", sql.User)
		require.Equal(t, "p@ss", sql.Password, "decoded")
		require.Equal(t, map[string]string{"sslmode": "disable"}, sql.ConnectAttributes)
	}
}

func TestOnePartitionPerTaskQueue(t *testing.T) {
	t.Parallel()
	settings := dynamicSettings()
	for _, key := range []dynamicconfig.Key{
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key(), dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(),
	} {
		values := settings.GetValue(key)
		require.Len(t, values, 1)
		require.Equal(t, 1, values[0].Value)
	}
}
