using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Ccr.Tests.AppModel;

public sealed class EnvironmentTests : IDisposable
{
    private readonly TestProjects _projects = new();

    public void Dispose() => _projects.Dispose();

    [Fact]
    public async Task A_reference_to_a_project_gives_both_families_of_variables_for_every_endpoint()
    {
        var builder = DistributedApplication.CreateBuilder();
        var api = builder.AddProject<TestProjects.Api>("my-api").WithEndpoint("http", endpoint => endpoint.Port = null).WithHttpEndpoint(name: "grpc-2");
        var web = builder.AddProject<TestProjects.Grpc>("web").WithEndpoint("http", endpoint => endpoint.Port = null).WithReference(api);

        var env = await EnvironmentAsync(builder, web.Resource);

        var http = api.GetEndpoint("http").Url;
        var grpc = api.GetEndpoint("grpc-2").Url;
        Assert.Equal(http, env["services__my-api__http__0"]);
        Assert.Equal(http, env["MY_API_HTTP"]);
        Assert.Equal(grpc, env["services__my-api__grpc-2__0"]);
        Assert.Equal(grpc, env["MY_API_GRPC_2"]);
        Assert.StartsWith("http://127.0.0.1:", http, StringComparison.Ordinal);
        Assert.StartsWith("http://localhost:", grpc, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_to_redis_gives_the_connection_string_and_its_parts()
    {
        var builder = DistributedApplication.CreateBuilder(["--Parameters:cache-password=S3cr/et+value"]);
        var cache = builder.AddRedis("cache");
        var web = builder.AddExecutable("web", "x", ".").WithReference(cache).WithReference(cache, "other");

        var env = await EnvironmentAsync(builder, web.Resource);

        var port = cache.GetEndpoint("tcp").Port;
        Assert.Equal($"127.0.0.1:{port},password=S3cr/et+value", env["ConnectionStrings__cache"]);
        Assert.Equal("127.0.0.1", env["CACHE_HOST"]);
        Assert.Equal($"{port}", env["CACHE_PORT"]);
        Assert.Equal("S3cr/et+value", env["CACHE_PASSWORD"]);
        Assert.Equal($"redis://:S3cr%2Fet%2Bvalue@127.0.0.1:{port}", env["CACHE_URI"]);
        Assert.Equal(env["ConnectionStrings__cache"], env["ConnectionStrings__other"]);
        Assert.Equal(env["CACHE_URI"], env["OTHER_URI"]);
    }

    [Fact]
    public async Task A_given_connection_string_is_passed_on_as_it_is()
    {
        const string Given = "cache.example.org:6380,other:1,password=a=b,ssl=true,abortConnect=false";
        var builder = DistributedApplication.CreateBuilder([$"--ConnectionStrings:redis={Given}"]);
        var redis = builder.AddRedis("redis");
        var endpoint = redis.Resource.PrimaryEndpoint.EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, redis.Resource.External!.Host, redis.Resource.External.Port);
        var web = builder.AddExecutable("web", "x", ".").WithReference(redis);

        var env = await EnvironmentAsync(builder, web.Resource);

        Assert.Equal(Given, env["ConnectionStrings__redis"]);
        Assert.Equal("cache.example.org", env["REDIS_HOST"]);
        Assert.Equal("6380", env["REDIS_PORT"]);
        Assert.Equal("a=b", env["REDIS_PASSWORD"]);
        Assert.True(redis.Resource.External.Tls);
        Assert.DoesNotContain("a=b", redis.Resource.External.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_gets_its_addresses_its_profile_and_its_telemetry_settings()
    {
        var builder = DistributedApplication.CreateBuilder(["--environment=Development"]);
        var api = builder.AddProject<TestProjects.Api>("api")
            .WithEndpoint("http", endpoint => endpoint.Port = null)
            .WithHttpEndpoint(name: "health", env: "HEALTH_PORT")
            .WithEnvironment("FROM_PROFILE", "no");

        var env = await EnvironmentAsync(builder, api.Resource);

        Assert.Equal(api.GetEndpoint("http").Url, env["ASPNETCORE_URLS"]);
        Assert.Equal($"{api.GetEndpoint("health").Port}", env["HEALTH_PORT"]);
        Assert.Equal("http", env["DOTNET_LAUNCH_PROFILE"]);
        Assert.Equal("no", env["FROM_PROFILE"]);
        Assert.Equal("in_memory", env["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"]);
        Assert.Equal("api", env["OTEL_SERVICE_NAME"]);
        Assert.Equal("always_on", env["OTEL_TRACES_SAMPLER"]);
        Assert.Equal("simple", env["LOGGING__CONSOLE__FORMATTERNAME"]);
        Assert.DoesNotContain("HTTP_PORTS", env.Keys);
    }

    [Fact]
    public async Task Each_replica_gets_its_own_port_and_clients_get_one_for_all()
    {
        var builder = DistributedApplication.CreateBuilder();
        var api = builder.AddProject<TestProjects.Api>("api").WithEndpoint("http", endpoint => endpoint.Port = null).WithReplicas(2);

        var first = await EnvironmentAsync(builder, api.Resource);
        var second = await ValueResolver.EnvironmentAsync(api.Resource, 1, builder.ExecutionContext, default);

        Assert.Equal(3, new[] { first["ASPNETCORE_URLS"], second["ASPNETCORE_URLS"], api.GetEndpoint("http").Url }.Distinct().Count());
    }

    [Fact]
    public async Task Values_may_be_interpolated_from_parameters_and_endpoints()
    {
        var builder = DistributedApplication.CreateBuilder(["--Parameters:api_key=k&1"]);
        var key = builder.AddParameter("api-key", secret: true);
        var api = builder.AddExecutable("api", "x", ".").WithHttpEndpoint();
        var endpoint = api.GetEndpoint("http");
        api.WithEnvironment("A", $"{{{endpoint.Property(EndpointProperty.HostAndPort)}}}?key={key.Resource:uri}")
            .WithEnvironment("B", key)
            .WithEnvironment("C", endpoint)
            .WithEnvironment("D", () => "late")
            .WithEnvironment(context => context.EnvironmentVariables["E"] = 5)
            .WithEnvironment("F", (string?)null);

        var env = await EnvironmentAsync(builder, api.Resource);

        Assert.Equal($"{{localhost:{endpoint.Port}}}?key=k%261", env["A"]);
        Assert.Equal("k&1", env["B"]);
        Assert.Equal(endpoint.Url, env["C"]);
        Assert.Equal("late", env["D"]);
        Assert.Equal("5", env["E"]);
        Assert.Equal("", env["F"]);
    }

    [Fact]
    public async Task Arguments_may_be_values_known_late()
    {
        var builder = DistributedApplication.CreateBuilder();
        var api = builder.AddExecutable("api", "x", ".", "--port").WithHttpEndpoint(name: "main");
        api.WithArgs(context => context.Args.Add(api.GetEndpoint("main").Property(EndpointProperty.TargetPort)));
        EndpointAllocator.Allocate(new DistributedApplicationModel(builder.Resources));

        Assert.Equal(["--port", $"{api.GetEndpoint("main").Port}"], await ValueResolver.ArgumentsAsync(api.Resource, 0, default));
    }

    [Fact]
    public async Task A_parameter_without_a_value_is_named_with_the_variable_that_sets_it()
    {
        var builder = DistributedApplication.CreateBuilder();
        var api = builder.AddExecutable("api", "x", ".").WithEnvironment("KEY", builder.AddParameter("api-key", secret: true));

        var failure = await Assert.ThrowsAsync<MissingParameterValueException>(() => EnvironmentAsync(builder, api.Resource));

        Assert.Equal("Parameter 'api-key' has no value: set the environment variable Parameters__api_key, or Parameters:api-key in the AppHost's configuration.", failure.Message);
    }

    [Theory]
    [InlineData("2nd-api_x", "_2ND_API_X")]
    [InlineData("redis_Host", "REDIS_HOST")]
    public void Names_of_variables_are_encoded(string name, string expected) => Assert.Equal(expected, VariableName.Encode(name));

    [Fact]
    public void Kestrel_endpoints_of_appsettings_take_the_place_of_the_launch_profile()
    {
        _projects.Write("Api", """{ "profiles": { "http": { "commandName": "Project", "applicationUrl": "http://localhost:5000" } } }""",
            """{ "Kestrel": { "Endpoints": { "grpc": { "Url": "http://127.0.0.1:7001", "Protocols": "Http2" }, "web": { "Url": "http://127.0.0.1:7002" } } } }""");
        var api = DistributedApplication.CreateBuilder().AddProject<TestProjects.Api>("api");

        Assert.Equal(
            [("grpc", 7001, "http2"), ("web", 7002, "http")],
            api.Resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => (endpoint.Name, endpoint.Port ?? 0, endpoint.Transport)));
    }

    private static async Task<Dictionary<string, string>> EnvironmentAsync(IDistributedApplicationBuilder builder, IResource resource)
    {
        EndpointAllocator.Allocate(new DistributedApplicationModel(builder.Resources));
        return await ValueResolver.EnvironmentAsync(resource, 0, builder.ExecutionContext, default);
    }
}
