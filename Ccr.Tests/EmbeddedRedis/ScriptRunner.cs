using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>Runs a script against both servers and collects every line whose replies differ.</summary>
internal sealed class ScriptRunner(RedisPair pair, int version) : IAsyncDisposable
{
    private readonly Dictionary<char, (RespConnection Real, RespConnection Embedded)> _connections = [];

    public List<string> Differences { get; } = [];

    public async Task RunAsync(IEnumerable<ScriptLine> lines)
    {
        var (real, embedded) = await ConnectionAsync('a');
        Assert.Equal("OK", (await real.CallAsync("FLUSHALL")).Text);
        Assert.Equal("OK", (await embedded.CallAsync("FLUSHALL")).Text);

        foreach (var line in lines)
        {
            await RunAsync(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (real, embedded) in _connections.Values)
        {
            await real.DisposeAsync();
            await embedded.DisposeAsync();
        }
    }

    private async Task RunAsync(ScriptLine line)
    {
        var (real, embedded) = await ConnectionAsync(line.Connection);
        var request = line.Directive == "@raw" ? [.. line.Arguments.SelectMany(a => a)] : RespConnection.Encode(line.Arguments);
        if (line.Mark == '<')
        {
            var count = line.Arguments.Count == 0 ? 1 : int.Parse(Encoding.ASCII.GetString(line.Arguments[0]), CultureInfo.InvariantCulture);
            for (var i = 0; i < count; i++)
            {
                Compare(line, await real.ReadAsync(), await embedded.ReadAsync());
            }
        }
        else if (line.Mark == '>')
        {
            await real.SendAsync(request);
            await embedded.SendAsync(request);
        }
        else if (line.Directive == "@until")
        {
            await UntilAsync(real, request, line.Value);
            await UntilAsync(embedded, request, line.Value);
        }
        else if (line.Directive == "@scan")
        {
            Compare(line, await ScanAsync(real, line), await ScanAsync(embedded, line));
        }
        else if (line.Directive == "@times")
        {
            for (var turn = 0; turn < int.Parse(line.Value, CultureInfo.InvariantCulture); turn++)
            {
                await RunAsync(line.ForTurn(turn) with { Directive = "" });
            }
        }
        else
        {
            await real.SendAsync(request);
            await embedded.SendAsync(request);
            Compare(line, await real.ReadAsync(), await embedded.ReadAsync());
        }
    }

    private void Compare(ScriptLine line, RespReply real, RespReply embedded)
    {
        var (expected, actual) = (Normalise(line, real), Normalise(line, embedded));
        if (line.Directive == "@about")
        {
            var (a, b) = (long.Parse(real.Text, CultureInfo.InvariantCulture), long.Parse(embedded.Text, CultureInfo.InvariantCulture));
            if (real.Kind == embedded.Kind && Math.Abs(a - b) <= long.Parse(line.Value, CultureInfo.InvariantCulture))
            {
                return;
            }
        }

        if (expected != actual)
        {
            var command = string.Join(' ', line.Arguments.Select(a => Encoding.Latin1.GetString(a, 0, Math.Min(a.Length, 60))));
            Differences.Add($"line {line.Number}, RESP{version}: {line.Directive} {command}\n  real     {Short(expected)}\n  embedded {Short(actual)}");
        }
    }

    private static string Normalise(ScriptLine line, RespReply reply) => line.Directive switch
    {
        "@sort" => reply.Sorted().ToString(),
        "@pairs" => reply.SortedPairs().ToString(),
        "@shape" => reply.Shape().ToString(),
        "@text" => reply.Kind + string.Join(' ', Regex.Matches(reply.Text, $@"(?<![\w-])({line.Value.Replace(',', '|')})[:=]([^\s,]*)").Select(m => m.Value)),
        _ => reply.ToString(),
    };

    private static async Task UntilAsync(RespConnection connection, byte[] request, string text) =>
        await Wait.UntilAsync($"a reply with {text}", async () =>
        {
            await connection.SendAsync(request);
            return (await connection.ReadAsync()).ToString().Contains(text, StringComparison.Ordinal);
        });

    // Follows the cursor, written as * in the script, to its end; what came is compared as a set.
    private static async Task<RespReply> ScanAsync(RespConnection connection, ScriptLine line)
    {
        var items = new HashSet<string>();
        var cursor = "0";
        do
        {
            await connection.SendAsync(RespConnection.Encode(line.Arguments.Select(a => a is [(byte)'*'] ? Encoding.ASCII.GetBytes(cursor) : a)));
            var reply = await connection.ReadAsync();
            items.UnionWith(reply.Children[1].Children.Select(c => c.ToString()));
            cursor = reply.Children[0].Text.Split(':')[1];
        }
        while (cursor != "0");
        return new RespReply('~', string.Join(' ', items.Order(StringComparer.Ordinal)), []);
    }

    private async Task<(RespConnection Real, RespConnection Embedded)> ConnectionAsync(char name)
    {
        if (!_connections.TryGetValue(name, out var both))
        {
            _connections[name] = both = await pair.ConnectAsync();
            if (version == 3)
            {
                await both.Real.CallAsync("HELLO 3");
                await both.Embedded.CallAsync("HELLO 3");
            }
        }

        return both;
    }

    private static string Short(string text) => text.Length > 600 ? text[..600] + "..." : text;
}
