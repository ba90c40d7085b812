using System.Net.Sockets;
using Aspire.Hosting.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

// Stands for Aspire.Hosting.RedisBuilderExtensions. Left out: TLS, volumes, persistence, Commander and Insight.
// A container in the manifest. At run time: the server that ConnectionStrings:name names; else redis-server or valkey-server
// from PATH; else the server that is part of this repository.

/// <summary>Adds Redis.</summary>
public static class RedisBuilderExtensions
{
    private const string Registry = "docker.io";
    private const string Image = "library/redis";
    private const string Tag = "8.6";

    /// <summary>Adds a Redis server.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port)
        => builder.AddRedis(name, port, password: null);

    /// <summary>Adds a Redis server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="port">The port on the developer's machine; null for a free one.</param>
    /// <param name="password">Null for a generated one.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var redis = new RedisResource(name, password?.Resource ?? ParameterResourceBuilderExtensions.CreateGeneratedPassword(builder, $"{name}-password"))
        {
            Entrypoint = "/bin/sh",
        };
        if (builder.ExecutionContext.IsRunMode && builder.Configuration.GetConnectionString(name) is { Length: > 0 } given)
        {
            UseExternal(builder, redis, given);
        }

        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, _ => new RedisHealthCheck(redis), failureStatus: null, tags: null));
        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: builder.ExecutionContext.IsPublishMode ? 6379 : null, scheme: "redis", name: RedisResource.PrimaryEndpointName)
            .WithEndpoint(RedisResource.PrimaryEndpointName, endpoint => endpoint.TargetHost = "127.0.0.1")
            .WithAnnotation(new ContainerImageAnnotation { Registry = Registry, Image = Image, Tag = Tag })
            .WithHealthCheck(key)
            .WithEnvironment(context =>
            {
                if (redis.PasswordParameter is { } parameter)
                {
                    context.EnvironmentVariables["REDIS_PASSWORD"] = parameter;
                }
            })
            .WithArgs(context =>
            {
                context.Args.Add("-c");
                context.Args.Add(redis.PasswordParameter is null ? "redis-server" : "redis-server --requirepass $REDIS_PASSWORD");
            });
    }

    /// <summary>Uses a parameter as password; null for no password.</summary>
    public static IResourceBuilder<RedisResource> WithPassword(this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.PasswordParameter = password?.Resource;
        return builder;
    }

    /// <summary>Uses a fixed port on the developer's machine; null for a free one.</summary>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port)
        => builder.WithEndpoint(RedisResource.PrimaryEndpointName, endpoint => endpoint.Port = port);

    private static void UseExternal(IDistributedApplicationBuilder builder, RedisResource redis, string connectionString)
    {
        try
        {
            var external = ExternalRedis.Parse(connectionString, $"ConnectionStrings:{redis.Name}");
            redis.External = external;
            redis.PasswordParameter = external.Password is null ? null : new ParameterResource($"{redis.Name}-password", _ => external.Password, secret: true);
        }
        catch (DistributedApplicationException e) when (builder is DistributedApplicationBuilder own)
        {
            own.Problems.Add($"{redis.Name}: {e.Message}");
        }
    }
}
