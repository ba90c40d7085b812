using System.CommandLine;
using Ccr.Bench.Processes;

namespace Ccr.Bench.Counting;

/// <summary><c>count</c>: many requests over two replicas while Redis is killed twice and one replica once, and whether every request was counted once.</summary>
internal static class CountCommand
{
    public static Command Create()
    {
        var requests = new Option<int>("--requests") { Description = "Requests in all", DefaultValueFactory = _ => 100_000 };
        var connections = new Option<int>("--connections") { Description = "Requests in flight at each replica", DefaultValueFactory = _ => 16 };
        requests.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is not (>= 400 and <= 10_000_000))
            {
                r.AddError("--requests wants a number from 400 to 10000000.");
            }
        });
        connections.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is not (> 0 and <= 1000))
            {
                r.AddError("--connections wants a number from 1 to 1000.");
            }
        });
        var command = new Command("count", "Whether every request is counted once, while Redis and a replica are killed") { requests, connections };
        command.SetAction(async (args, cancel) =>
        {
            var folder = Directory.CreateTempSubdirectory("ccr-count-");
            try
            {
                await using var stage = await CountStage.StartAsync(folder, cancel);
                var report = await stage.PlayAsync(args.GetValue(requests), args.GetValue(connections), cancel);
                report.Write(Console.Out);
                return report.IsGood ? 0 : 1;
            }
            catch (Exception wrong) when (wrong is IOException or InvalidOperationException or HttpRequestException)
            {
                await Console.Error.WriteLineAsync($"count: {wrong.Message}");
                return 2;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("count: stopped");
                return 130;
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
        return command;
    }
}
