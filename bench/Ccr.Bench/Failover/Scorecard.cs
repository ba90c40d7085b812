using System.Globalization;
using System.Text.Json;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>Runs cells against proxies and the simulator behind them. It knows both by their HTTP surface only.</summary>
/// <param name="simulator">The simulator; it has to keep some thousand requests.</param>
/// <param name="proxies">A proxy for each group, with the configuration of <see cref="GroupConfig"/>.</param>
internal sealed class Scorecard(Uri simulator, IReadOnlyDictionary<CellGroup, Uri> proxies)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs them all at once: a cell mostly waits.</summary>
    public async Task<IReadOnlyList<CellResult>> RunAsync(IEnumerable<Cell> cells, CancellationToken cancel) =>
        await Task.WhenAll(cells.Where(c => proxies.ContainsKey(c.Group)).Select(c => Task.Run(() => RunAsync(c, cancel), cancel)));

    private async Task<CellResult> RunAsync(Cell cell, CancellationToken cancel)
    {
        var proxy = proxies[cell.Group];
        using var client = new WireClient(proxy, Patience);
        var asked = new List<Task<WireAnswer>>();
        for (var i = 0; i < cell.Scenario.Requests; i++)
        {
            if (i > 0)
            {
                await Task.Delay(Pace, cancel);
            }

            var conversation = new WireConversation(cell.Client, cell.Model, tools: false);
            conversation.AddUser(string.Create(CultureInfo.InvariantCulture, $"{cell.Tag} Request {i + 1}: count to {Scenarios.Words}."));
            asked.Add(client.AskAsync(cell.Client, conversation.Body(), cancel));
        }

        var answers = await Task.WhenAll(asked);
        using var http = new HttpClient { Timeout = Patience };
        var tries = await TriesAsync(http, cell, cancel);
        return new CellResult(cell, Judge.Of(new CellRun
        {
            Cell = cell,
            Answers = answers,
            Primary = [.. tries.Where(t => t.Model == cell.PrimaryModel).Select(t => t.At)],
            Others = [.. tries.Where(t => t.Model != cell.PrimaryModel).Select(t => t.At)],
            Records = cell.Scenario.Id == "S16" ? await RecordsAsync(http, proxy, cell, cancel) : [],
        }));
    }

    private async Task<List<(string Model, TimeSpan At)>> TriesAsync(HttpClient http, Cell cell, CancellationToken cancel)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri(simulator, "/sim/requests?contains=" + Uri.EscapeDataString(cell.Tag)), cancel));
        return [.. document.RootElement.GetProperty("requests").EnumerateArray()
            .Select(r => (r.GetProperty("model").GetString()!, TimeSpan.FromMilliseconds(r.GetProperty("atMs").GetDouble())))];
    }

    // The record is written after the answer's last byte.
    private static async Task<List<ProxyRecord>> RecordsAsync(HttpClient http, Uri proxy, Cell cell, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri(proxy, "/api/requests?limit=1000"), cancel));
                var records = document.RootElement.GetProperty("requests").EnumerateArray()
                    .Where(r => r.GetProperty("requestedModel").GetString()!.StartsWith(cell.Primary, StringComparison.Ordinal)).Select(ReadRecord).ToList();
                if (records.Count > 0 || attempt == 20)
                {
                    return records;
                }
            }
            catch (Exception none) when (none is HttpRequestException or JsonException or KeyNotFoundException)
            {
                // Another gateway, which keeps no such account.
                return [];
            }

            await Task.Delay(100, cancel);
        }
    }

    private static ProxyRecord ReadRecord(JsonElement record) => new(
        [.. record.GetProperty("attempts").EnumerateArray().Select(a => (a.GetProperty("provider").GetString()!, a.GetProperty("failure").GetString()))],
        record.GetProperty("provider").GetString(),
        record.GetProperty("inputTokens").GetInt64(),
        record.GetProperty("outputTokens").GetInt64());
}
