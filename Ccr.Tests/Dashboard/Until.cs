using System.Diagnostics;

namespace Ccr.Tests.Dashboard;

/// <summary>Asks another process again and again until a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>The first result that is not null.</summary>
    public static async Task<T> ResultAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Deadline; await Task.Delay(50))
        {
            if (await ask() is { } result)
            {
                return result;
            }
        }

        throw new TimeoutException($"It did not happen within {Deadline.TotalSeconds} s.");
    }
}
