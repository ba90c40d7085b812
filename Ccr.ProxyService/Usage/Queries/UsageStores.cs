using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>Asks Redis, and this process's memory where there is none or it does not answer in time.</summary>
internal sealed class UsageStores(UsageRecorder recorder, UsageHistory history, RedisState state, IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>The answer of whom there is.</summary>
    public async Task<T> AskAsync<T>(Func<IUsageStore, Task<T>> question, CancellationToken cancellationToken)
    {
        if (state.IsConnected)
        {
            try
            {
                var redis = services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
                return await question(new RedisUsageStore(redis)).WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RedisException or TimeoutException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Its own numbers are the answer then, and the answer says so.
            }
        }

        return await question(new MemoryUsageStore(recorder, history)).ConfigureAwait(false);
    }
}
