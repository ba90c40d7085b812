using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Ccr.ServiceDefaults;

/// <summary>Healthy when Redis answers a PING within half a second, else degraded.</summary>
internal sealed class SharedRedisHealthCheck(IServiceProvider services) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Task.Run(
                () => services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync(), cancellationToken)
                .WaitAsync(Limit, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Redis does not answer.");
        }
    }
}
