using System.CommandLine;
using System.Text.Json;
using Ccr.Bench.Processes;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary><c>failover</c>: sixteen faults of a provider, from three clients, over upstreams of their own and of another dialect.</summary>
internal static class FailoverCommand
{
    private const int KeptRequests = 20_000;
    private static readonly CellGroup[] Groups = [.. Cell.All.Select(c => c.Group).Distinct()];

    public static Command Create()
    {
        var only = new Option<string[]>("--only") { Description = "Only these cells: S08, S08/chat, S08/chat/translated", AllowMultipleArgumentsPerToken = true };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Document whose table between <!-- failover:begin --> and <!-- failover:end --> is replaced" };
        var json = new Option<FileInfo?>("--json") { Description = "File for the verdicts as JSON" };
        var proxy = new Option<Uri?>("--proxy") { Description = "A proxy that runs already, with a configuration of --write-configs; needs --group and --simulator" };
        var group = new Option<string?>("--group") { Description = "The group of --proxy: " + string.Join(", ", Groups) };
        var simulator = new Option<Uri?>("--simulator") { Description = $"A simulator that runs already, with --KeptRequests {KeptRequests}" };
        var configs = new Option<DirectoryInfo?>("--write-configs") { Description = "Only write the configuration of each group into this folder; needs --simulator" };
        var command = new Command("failover", "What the router makes of sixteen faults of a provider") { only, markdown, json, proxy, group, simulator, configs };
        command.SetAction(async (args, cancel) =>
        {
            try
            {
                var cells = Cell.All.Where(c => args.GetValue(only) is not { Length: > 0 } wanted || wanted.Any(c.Is)).ToList();
                if (args.GetValue(configs) is { } folder)
                {
                    return WriteConfigs(folder, args.GetValue(simulator) ?? throw new FormatException("--write-configs needs --simulator: the providers' address"));
                }

                var results = args.GetValue(proxy) is { } running
                    ? await RunAsync(running, Find(args.GetValue(group)), args.GetValue(simulator) ?? throw new FormatException("--proxy needs --simulator: what its upstream saw is judged too"), cells, cancel)
                    : await StartAndRunAsync(cells, cancel);
                return results.Count == 0 ? throw new FormatException("no such cell; they are named S08, S08/chat or S08/chat/translated") : Report(results, args.GetValue(markdown), args.GetValue(json));
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException or HttpRequestException)
            {
                await Console.Error.WriteLineAsync($"failover: {wrong.Message}");
                return 2;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("failover: stopped");
                return 130;
            }
        });
        return command;
    }

    private static CellGroup Find(string? name) =>
        Array.FindAll(Groups, g => g.ToString() == name) is [var found] ? found : throw new FormatException($"--proxy needs --group, one of {string.Join(", ", Groups)}");

    private static async Task<IReadOnlyList<CellResult>> RunAsync(Uri proxy, CellGroup group, Uri simulator, List<Cell> cells, CancellationToken cancel) =>
        await new Scorecard(simulator, new Dictionary<CellGroup, Uri> { [group] = proxy }).RunAsync(cells, cancel);

    private static async Task<IReadOnlyList<CellResult>> StartAndRunAsync(List<Cell> cells, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("ccr-failover-");
        var children = new List<ChildProgram>();
        try
        {
            var (simulator, address) = await ChildServices.SimulatorAsync(KeptRequests, 1, cancel);
            children.Add(simulator);
            var proxies = new Dictionary<CellGroup, Uri>();
            foreach (var group in cells.Select(c => c.Group).Distinct())
            {
                var (program, proxy) = await ChildServices.ProxyAsync(folder, group.ToString(), GroupConfig.Write(group, cells, address), [], cancel);
                children.Add(program);
                proxies[group] = proxy;
                await WarmUpAsync(proxy, group, cancel);
            }

            return await new Scorecard(address, proxies).RunAsync(cells, cancel);
        }
        finally
        {
            foreach (var child in children)
            {
                await child.DisposeAsync();
            }

            folder.Delete(recursive: true);
        }
    }

    // The first request of a process compiles its way; it is no part of a measured wait.
    private static async Task WarmUpAsync(Uri proxy, CellGroup group, CancellationToken cancel)
    {
        using var client = new WireClient(proxy, TimeSpan.FromSeconds(30));
        foreach (var dialect in Enum.GetValues<WireDialect>())
        {
            var conversation = new WireConversation(dialect, "fallback," + group.FallbackModel, tools: false);
            conversation.AddUser("warm-up");
            await client.AskAsync(dialect, conversation.Body(), cancel);
        }
    }

    private static int WriteConfigs(DirectoryInfo folder, Uri simulator)
    {
        folder.Create();
        foreach (var group in Groups)
        {
            File.WriteAllText(Path.Combine(folder.FullName, $"{group}.json"), GroupConfig.Write(group, Cell.All, simulator));
        }

        return 0;
    }

    private static int Report(IReadOnlyList<CellResult> results, FileInfo? markdown, FileInfo? json)
    {
        ScorecardTable.Write(Console.Out, results);
        if (markdown is not null)
        {
            File.WriteAllText(markdown.FullName, ScorecardTable.Replace(File.ReadAllText(markdown.FullName), ScorecardTable.Markdown(results)));
        }

        if (json is not null)
        {
            File.WriteAllText(json.FullName, JsonSerializer.Serialize(results.Select(r => new { cell = r.Cell.Name, verdict = $"{r.Judgement.Verdict}", r.Judgement.Reason })));
        }

        return ScorecardTable.Published(results).TrueForAll(v => v == Verdict.Pass) ? 0 : 1;
    }
}
