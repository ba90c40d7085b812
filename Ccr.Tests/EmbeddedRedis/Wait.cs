using System.Diagnostics;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>Waiting for what another process or task does, with a deadline.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Deadline, $"Not within {Deadline.TotalSeconds} s: {what}.");
            await Task.Delay(2);
        }
    }
}
