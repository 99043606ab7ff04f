package temporal

import (
	"net/url"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/common/primitives"

	"arrears/devstack/internal/loopback"
)

const (
	clusterName     = "active"
	mainStore       = "temporal"
	visibilityStore = "temporal_visibility"
	// historyShards can never be changed for an existing database. On one machine more of them bring nothing.
	historyShards = 4
	// maxConns is per service and store; eight such pools and the product share PostgreSQL's connections.
	maxConns = 20
)

// dynamicSettings are the server's switches that differ from its defaults.
func dynamicSettings() dynamicconfig.Client {
	return dynamicconfig.StaticClient{
		// One partition per task queue: on a small machine the default of four made tasks wait while processors idled.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		// The namespace is registered at the start; nobody wants to wait two seconds until every service knows it.
		dynamicconfig.NamespaceCacheRefreshInterval.Key(): 200 * time.Millisecond,
	}
}

func serverConfig(base *url.URL, ports servicePorts) *config.Config {
	frontend := ports.address(primitives.FrontendService)
	services := make(map[string]config.Service, len(ports))
	for service, port := range ports {
		services[string(service)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: loopback.Host}}
	}
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 10 * time.Second, BroadcastAddress: loopback.Host},
		},
		Persistence: config.Persistence{
			DefaultStore:     mainStore,
			VisibilityStore:  visibilityStore,
			NumHistoryShards: historyShards,
			DataStores: map[string]config.DataStore{
				mainStore:       {SQL: sqlConfig(base, mainStore)},
				visibilityStore: {SQL: sqlConfig(base, visibilityStore)},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
		}},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
}

// sqlConfig addresses one database of the PostgreSQL server that base names, with base's parameters.
func sqlConfig(base *url.URL, database string) *config.SQL {
	password, _ := base.User.Password()
	attributes := map[string]string{}
	for name, values := range base.Query() {
		attributes[name] = values[0]
	}
	return &config.SQL{
		PluginName:        postgresql.PluginNamePGX,
		ConnectAddr:       base.Host,
		ConnectProtocol:   "tcp",
		ConnectAttributes: attributes,
		User:              base.User.Username(),
		Password:          password,
		DatabaseName:      database,
		MaxConns:          maxConns,
		MaxIdleConns:      maxConns,
	}
}
