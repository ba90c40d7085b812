using System.Globalization;

namespace Aspire.Hosting.Running;

/// <summary>Redis on a developer's machine: what exists already; else redis-server or valkey-server from PATH; else the server of this repository.</summary>
internal sealed class RedisLauncher(IDistributedApplicationBuilder builder)
{
    /// <summary>Forces a choice: <c>server</c> or <c>embedded</c>.</summary>
    public const string Choice = "CCR_REDIS";

    private const string EmbeddedAssembly = "Ccr.Standins.EmbeddedRedis.dll";
    private static readonly string[] Servers = ["redis-server", "valkey-server"];

    /// <exception cref="DistributedApplicationException">No server, or a choice that is none.</exception>
    public LaunchPlan Plan(RedisResource redis)
    {
        if (redis.External is { } external)
        {
            return new LaunchPlan(null, $"given by ConnectionStrings:{redis.Name} ({external})");
        }

        var choice = builder.Configuration[Choice];
        if (choice is not (null or "" or "server" or "embedded"))
        {
            throw new DistributedApplicationException($"{redis.Name}: {Choice} is '{choice}'; it can be 'server', 'embedded', or not set.");
        }

        var server = choice == "embedded" ? null : Servers.Select(name => Programs.Find(name, builder.AppHostDirectory)).FirstOrDefault(path => path is not null);
        if (server is not null)
        {
            return new LaunchPlan(Server(redis, server), Path.GetFileNameWithoutExtension(server));
        }

        return choice == "server"
            ? throw new DistributedApplicationException($"{redis.Name}: {Choice}=server, but neither redis-server nor valkey-server is on PATH; install one or unset {Choice}.")
            : new LaunchPlan(Embedded(redis), "embedded server");
    }

    /// <summary>The settings go through standard input, so that the password is in no file and in no command line. Nothing is kept on disk.</summary>
    private static ChildSpec Server(RedisResource redis, string server)
    {
        var password = redis.PasswordParameter?.Value;
        if (password is not null && password.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\'))
        {
            throw new DistributedApplicationException($"{redis.Name}: the password may not contain white space, quotes or backslashes.");
        }

        string[] settings =
        [
            "bind 127.0.0.1",
            $"port {redis.PrimaryEndpoint.EndpointAnnotation.ReplicaPorts[0]}",
            "save \"\"",
            "appendonly no",
            "daemonize no",
            $"dir {Path.GetTempPath()}",
            .. password is null ? Array.Empty<string>() : [$"requirepass {password}"],
        ];
        return new ChildSpec(server, ["-"], Path.GetTempPath(), new Dictionary<string, string>(), string.Join('\n', settings) + '\n', Quiet: true);
    }

    private ChildSpec Embedded(RedisResource redis)
    {
        var assembly = new[]
        {
            DistributedApplicationBuilder.Metadata(builder.AppHostAssembly, "embeddedredispath"),
            Path.Combine(AppContext.BaseDirectory, EmbeddedAssembly),
        }.FirstOrDefault(File.Exists)
            ?? throw new DistributedApplicationException($"{redis.Name}: the embedded server {EmbeddedAssembly} is missing; build the AppHost again, or install redis-server.");
        var environment = new Dictionary<string, string>();
        if (redis.PasswordParameter is { } password)
        {
            environment["REDIS_PASSWORD"] = password.Value;
        }

        var port = redis.PrimaryEndpoint.EndpointAnnotation.ReplicaPorts[0].ToString(CultureInfo.InvariantCulture);
        return new ChildSpec(Programs.DotNet(), [assembly, "--port", port, "--bind", "127.0.0.1"], Path.GetTempPath(), environment, Quiet: true);
    }
}
