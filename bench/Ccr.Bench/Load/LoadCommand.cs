using System.CommandLine;
using System.Text.Json;

namespace Ccr.Bench.Load;

/// <summary><c>load</c>: many streams at once through a proxy, and the same straight to its upstream.</summary>
internal static class LoadCommand
{
    private const string FastModel = "sim-text+events=50+bytes=16+stamp";
    private const string PacedModel = FastModel + "+first=200+gap=20";
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var url = new Option<Uri>("--url") { Description = "Origin of the proxy, http://host:port", Required = true, CustomParser = r => Origin(r, r.Tokens[0].Value) };
        var direct = new Option<Uri?>("--direct") { Description = "Origin of the simulator: the same load straight to it, in a second column", CustomParser = r => Origin(r, r.Tokens[0].Value) };
        var path = new Option<string>("--path") { Description = "Path of the requests", DefaultValueFactory = _ => "/v1/messages" };
        var file = new Option<FileInfo?>("--body") { Description = "File with the body of each request; without it a coding agent's request is made" };
        var kib = new Option<int>("--kib") { Description = "Size of the made request in KiB", DefaultValueFactory = _ => 32 };
        var model = new Option<string?>("--model") { Description = $"Model of the requests ('provider,model' for a router; --direct gets what is behind the comma). Without --body: {FastModel}" };
        var connections = new Option<int?>("--connections") { Description = "Streams at once (16; with --paced 1000)" };
        var requests = new Option<int?>("--requests") { Description = "Requests in all (3000; with --paced 4 for each connection)" };
        var warmup = new Option<int?>("--warmup") { Description = "Requests before, not measured (as many as --connections)" };
        var paced = new Option<bool>("--paced") { Description = "50 events 20 ms apart: asks for the model " + PacedModel };
        var pid = new Option<int?>("--pid") { Description = "Process whose CPU and memory are read from /proc: the proxy" };
        var key = new Option<string>("--key") { Description = "Key of the proxy", DefaultValueFactory = _ => "bench" };
        var idle = new Option<int>("--idle") { Description = "Seconds of silence after which a request has failed", DefaultValueFactory = _ => 30 };
        var json = new Option<bool>("--json") { Description = "JSON instead of the table" };
        foreach (var option in (Option[])[kib, connections, requests, pid, idle])
        {
            option.Validators.Add(r =>
            {
                if (r.Tokens.Count > 0 && int.TryParse(r.Tokens[0].Value, out var n) && n < 1)
                {
                    r.AddError($"{option.Name} wants a number from 1 on.");
                }
            });
        }

        var command = new Command("load", "Sends many streams at once and measures them") { url, direct, path, file, kib, model, connections, requests, warmup, paced, pid, key, idle, json };
        command.SetAction(async (args, cancel) =>
        {
            try
            {
                var wanted = args.GetValue(model) ?? (args.GetValue(file) is null || args.GetValue(paced) ? args.GetValue(paced) ? PacedModel : FastModel : null);
                var parallel = args.GetValue(connections) ?? (args.GetValue(paced) ? 1000 : 16);
                var options = new LoadOptions(
                    args.GetValue(url)!,
                    args.GetValue(path)!,
                    await BodyAsync(args.GetValue(file), args.GetValue(kib), args.GetValue(path)!, wanted, cancel),
                    parallel,
                    args.GetValue(requests) ?? (args.GetValue(paced) ? parallel * 4 : 3000),
                    Math.Max(0, args.GetValue(warmup) ?? parallel),
                    args.GetValue(key)!,
                    TimeSpan.FromSeconds(args.GetValue(idle)));
                var reports = new List<LoadReport> { await LoadRun.MeasureAsync("proxy", options, args.GetValue(pid), cancel) };
                if (args.GetValue(direct) is { } simulator)
                {
                    var body = wanted?.LastIndexOf(',') is >= 0 and var comma ? LoadBody.WithModel(options.Body, wanted[(comma + 1)..]) : options.Body;
                    reports.Add(await LoadRun.MeasureAsync("direct", options with { Url = simulator, Body = body }, null, cancel));
                }

                if (args.GetValue(json))
                {
                    Console.Out.WriteLine(JsonSerializer.Serialize(reports, Indented));
                }
                else
                {
                    LoadTable.Write(Console.Out, reports);
                }

                return reports.TrueForAll(r => r.Ok == r.Requests) ? 0 : 1;
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
            {
                await Console.Error.WriteLineAsync($"load: {wrong.Message}");
                return 2;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("load: stopped");
                return 130;
            }
        });
        return command;
    }

    private static async Task<byte[]> BodyAsync(FileInfo? file, int kib, string path, string? model, CancellationToken cancel)
    {
        if (file is null)
        {
            return LoadBody.Generate(kib, model!, chat: path.EndsWith("/chat/completions", StringComparison.Ordinal));
        }

        var body = await File.ReadAllBytesAsync(file.FullName, cancel);
        return model is null ? body : LoadBody.WithModel(body, model);
    }

    private static Uri? Origin(System.CommandLine.Parsing.ArgumentResult result, string value)
    {
        if (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath == "/")
        {
            return uri;
        }

        result.AddError($"'{value}' is no origin: write http://host:port, and the path with --path.");
        return null;
    }
}
