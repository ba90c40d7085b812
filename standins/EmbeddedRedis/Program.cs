using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ccr.Standins.EmbeddedRedis.Persistence;

namespace Ccr.Standins.EmbeddedRedis;

/// <summary>The server as a program. Exit codes: 0 stopped, 1 could not start or save, 2 bad arguments.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        var options = CommandLine.Parse(arguments, Environment.GetEnvironmentVariable("REDIS_PASSWORD"), out var problem);
        if (options is null)
        {
            await Console.Error.WriteLineAsync(problem).ConfigureAwait(false);
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            var server = await EmbeddedRedisServer.StartAsync(options, stop.Token).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                if (Environment.GetEnvironmentVariable("CCR_PARENT_PIPE") == "1")
                {
                    _ = StopWithParentAsync(stop);
                }

                await Console.Out.WriteLineAsync($"ready {server.Endpoint}").ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return 0;
        }
        catch (SnapshotException error)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            await Console.Error.WriteLineAsync(
                $"Cannot listen on {options.Address} port {options.Port}: {error.Message}. Choose another with --port or --bind; --port 0 takes a free one.").ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The snapshot {options.SnapshotPath} could not be written: {error.Message}").ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped while it loaded its snapshot.
            return 0;
        }

        return 1;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    // The parent holds the other end of standard input: when it dies, however hard, the pipe ends.
    private static async Task StopWithParentAsync(CancellationTokenSource stop)
    {
        var buffer = new byte[256];
        var input = Console.OpenStandardInput();
        await using (input.ConfigureAwait(false))
        {
            while (await input.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) > 0)
            {
            }
        }

        await stop.CancelAsync().ConfigureAwait(false);
    }
}
