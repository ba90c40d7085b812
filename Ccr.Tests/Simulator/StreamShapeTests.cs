using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Dialects;
using Ccr.Simulator.Scripts;
using Ccr.Simulator.Serving;

namespace Ccr.Tests.Simulator;

public sealed partial class StreamShapeTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    [Fact]
    public async Task The_same_request_gets_the_same_bytes_and_another_gets_other_ids()
    {
        var one = await TextAsync(SimulatorClient.Messages("sim-think+parallel"));
        var same = await TextAsync(SimulatorClient.Messages("sim-think+parallel"));
        var other = await TextAsync(SimulatorClient.Messages("sim-think+parallel", prompt: "something else"));

        Assert.Equal(one, same);
        Assert.NotEqual(Id(one), Id(other));
    }

    [Fact]
    public async Task Filler_has_the_number_and_the_size_that_were_asked_for()
    {
        var texts = Texts(await client.PostForEventsAsync(SimulatorClient.Messages("sim-text+events=50+bytes=100")));

        Assert.Equal(50, texts.Count);
        Assert.All(texts, t => Assert.Equal(100, Encoding.UTF8.GetByteCount(t)));
    }

    [Theory]
    [InlineData("héllo wörld — 你好 👩‍💻 \"quoted\" \\ <tag> & \u0001 done")]
    public async Task Characters_are_never_cut_between_deltas(string prompt)
    {
        var texts = Texts(await client.PostForEventsAsync(SimulatorClient.Messages("sim-text+bytes=4", prompt: prompt)));

        Assert.Equal($"The simulator answers: {prompt}", string.Concat(texts));
        Assert.All(texts, t => Assert.InRange(Encoding.UTF8.GetByteCount(t), 1, 4));
    }

    [Theory]
    [InlineData("split=1")]
    [InlineData("split=7")]
    [InlineData("burst")]
    [InlineData("burst+first=1")]
    [InlineData("split=5000+first=1")]
    public async Task How_the_bytes_are_flushed_does_not_change_them(string word)
    {
        var plain = await TextAsync(SimulatorClient.Chat("sim-think+tool"));

        Assert.Equal(plain, await TextAsync(SimulatorClient.Chat("sim-think+tool"), word));
    }

    [Theory]
    [InlineData("stamp")]
    [InlineData("stamp+burst")]
    [InlineData("stamp+gap=1+first=1+delay=1")]
    public async Task Stamps_are_the_machines_monotonic_time_of_sending(string words)
    {
        var before = Nanoseconds();
        var texts = Texts(await client.PostForEventsAsync(SimulatorClient.Messages($"sim-text+events=5+{words}")));
        var after = Nanoseconds();

        var stamps = texts.ConvertAll(t => long.Parse(Stamp().Match(t).Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(5, stamps.Count);
        Assert.Equal(stamps.Order(), stamps);
        Assert.InRange(stamps[0], before, after);
        Assert.InRange(stamps[^1], before, after);
    }

    [Fact]
    public void Pauses_are_before_content_only()
    {
        var script = Script.Default with { First = 200, Gap = 20 };
        var answer = new Answer { Key = "k", Model = "m", Text = ["a", "b", "c"], Usage = new TokenCounts(1, 0, 0, 1, 0), Stop = StopReason.EndTurn };

        var messages = PlaybackBuilder.Build(new AnthropicDialect(), script, answer, stream: true);
        var chat = PlaybackBuilder.Build(new OpenAiChatDialect(), script, answer, stream: true);

        // message_start, content_block_start, ping, three deltas, content_block_stop, message_delta, message_stop
        Assert.Equal([0, 0, 0, 200, 20, 20, 0, 0, 0], messages.Segments.Select(s => s.Wait));
        // role, three deltas, finish, [DONE]
        Assert.Equal([0, 200, 20, 20, 0, 0], chat.Segments.Select(s => s.Wait));
    }

    [Fact]
    public async Task A_first_pause_comes_behind_the_headers()
    {
        using var leave = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await client.PostAsync(SimulatorClient.Messages("sim-text+first=3600000"), cancel: leave.Token);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.StartsWith("req_", Assert.Single(response.Headers.GetValues("request-id")), StringComparison.Ordinal);
    }

    private static List<string> Texts(IEnumerable<System.Net.ServerSentEvents.SseItem<string>> events) =>
        [.. events.Select(e => JsonNode.Parse(e.Data)!["delta"]?["text"]).OfType<JsonNode>().Select(t => (string)t!)];

    private static string Id(string stream) => IdOf().Match(stream).Value;

    private static long Nanoseconds() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private async Task<string> TextAsync(JsonObject request, string? script = null)
    {
        using var response = await client.PostAsync(request, script);
        return await response.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("^@([0-9]{19})@ ")]
    private static partial Regex Stamp();

    [GeneratedRegex("msg_[0-9a-f]+")]
    private static partial Regex IdOf();
}
