using Ccr.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var local = builder.ExecutionContext.IsRunMode;

// On a developer's machine the services inherit this process's environment, provider keys included. In the cloud a key is a secret that azd asks for.
var anthropicKey = local ? null : builder.AddParameter("anthropic-api-key", secret: true);

var redis = builder.AddRedis("redis");

// gRPC without TLS is HTTP/2 only (its appsettings.json says so), so health has an HTTP/1.1 endpoint of its own.
var tokenizer = builder.AddProject<Projects.Ccr_TokenizerService>("tokenizer")
    .WithHttpEndpoint(name: "health", env: "HEALTH_PORT")
    .WithHttpHealthCheck("/health", endpointName: "health")
    .WithReference(redis)
    .WaitFor(redis);

var proxy = builder.AddProject<Projects.Ccr_ProxyService>("proxy")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(redis)
    .WaitFor(redis)
    .WithReference(tokenizer)
    .WaitFor(tokenizer);

var dashboard = builder.AddProject<Projects.Ccr_Dashboard_Web>("dashboard")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(redis)
    .WaitFor(redis)
    .WithReference(proxy)
    .WaitFor(proxy);

if (anthropicKey is not null)
{
    proxy.WithEnvironment("ANTHROPIC_API_KEY", anthropicKey);
}

if (local)
{
    var config = ConfigFile.Find(builder.Configuration);
    if (config.Exists)
    {
        // A relative path is meant from here, not from the proxy's folder.
        proxy.WithEnvironment("CCR_CONFIG_PATH", config.Path);
    }
    else
    {
        var simulator = builder.AddProject<Projects.Ccr_Simulator>("simulator", launchProfileName: null)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/health")
            .WithEnvironment("DemoConfigPath", config.Path)
            .ExcludeFromManifest();
        proxy.WithEnvironment("CCR_DEMO_UPSTREAM", simulator.GetEndpoint("http")).WaitFor(simulator);
    }

    LocalPort.Apply(builder, tokenizer, "CCR_TOKENIZER_PORT");
    LocalPort.Apply(builder, proxy, "CCR_PROXY_PORT");
    LocalPort.Apply(builder, dashboard, "CCR_DASHBOARD_PORT");
    Announcement.Add(builder, proxy, dashboard, config);
}

builder.Build().Run();
