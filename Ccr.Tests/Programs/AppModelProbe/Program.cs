using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A program for tests of the app model. As `serve` it is a small service; otherwise an AppHost that is described by its command line:
//   --child:NAME SCRIPT     runs SCRIPT with sh
//   --port:NAME N           NAME has an http endpoint on port N
//   --wait:NAME OTHER       NAME waits for OTHER
//   --secret:NAME VALUE     every child gets VALUE as the environment variable NAME, a secret parameter
//   --redis:NAME on         adds Redis, whose connection string every child gets
//   --service:NAME N        runs N replicas of `serve` with a health check; --service-port:NAME P is their common port
//   --profile FOLDER        adds a project whose file is FOLDER/Broken.csproj
if (args is ["serve"])
{
    var web = WebApplication.CreateBuilder();
    web.Logging.ClearProviders();
    web.Services.AddParentWatch();
    var service = web.Build();
    service.MapGet("/health", () => "ok");
    service.MapGet("/pid", () => Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
    service.MapGet("/env/{name}", (string name) => Environment.GetEnvironmentVariable(name) ?? "");
    service.MapPost("/exit/{code:int}", (int code) =>
    {
        Console.WriteLine("about to end");
        Environment.Exit(code);
    });
    await service.RunAsync();
    return;
}

var builder = DistributedApplication.CreateBuilder(args);
var settings = builder.Configuration;
var children = new Dictionary<string, IResourceBuilder<IResource>>();
foreach (var redis in settings.GetSection("redis").GetChildren())
{
    children[redis.Key] = builder.AddRedis(redis.Key);
}

foreach (var child in settings.GetSection("child").GetChildren())
{
    var executable = builder.AddExecutable(child.Key, settings[$"program:{child.Key}"] ?? "sh", Path.GetTempPath(), "-c", child.Value!);
    if (settings[$"port:{child.Key}"] is { } port)
    {
        executable.WithHttpEndpoint(port: int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
    }

    foreach (var secret in settings.GetSection("secret").GetChildren())
    {
        executable.WithEnvironment(secret.Key, builder.Resources.OfType<ParameterResource>().FirstOrDefault(p => p.Name == $"{secret.Key}-secret") is { } known
            ? builder.CreateResourceBuilder(known)
            : builder.AddParameter($"{secret.Key}-secret", secret.Value!, secret: true));
    }

    foreach (var redis in children.Values.OfType<IResourceBuilder<RedisResource>>())
    {
        executable.WithReference(redis);
    }

    if (settings[$"wait:{child.Key}"] is { } other)
    {
        executable.WaitFor(children[other]);
    }

    children[child.Key] = executable;
}

foreach (var service in settings.GetSection("service").GetChildren())
{
    int? port = settings[$"service-port:{service.Key}"] is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
    builder.AddProject<Itself>(service.Key, launchProfileName: null)
        .WithArgs("serve")
        .WithEnvironment("services__my-api__http__0", "kept")
        .WithEnvironment("Logging__LogLevel__Some.Category", "Trace")
        .WithHttpEndpoint(port: port)
        .WithHttpHealthCheck("/health")
        .WithReplicas(int.Parse(service.Value!, System.Globalization.CultureInfo.InvariantCulture));
}

if (settings["profile"] is { } folder)
{
    BrokenProject.Folder = folder;
    builder.AddProject<BrokenProject>("broken");
}

builder.Build().Run();

/// <summary>This program as a project.</summary>
internal sealed class Itself : IProjectMetadata, IProjectOutput
{
    public string ProjectPath => Path.Combine(AppContext.BaseDirectory, "AppModelProbe.csproj");

    public string TargetPath => typeof(Itself).Assembly.Location;
}

/// <summary>A project in a folder that a test prepares.</summary>
internal sealed class BrokenProject : IProjectMetadata, IProjectOutput
{
    public static string Folder { get; set; } = "";

    public string ProjectPath => Path.Combine(Folder, "Broken.csproj");

    public string TargetPath => Path.Combine(Folder, "bin", "Broken.dll");
}
