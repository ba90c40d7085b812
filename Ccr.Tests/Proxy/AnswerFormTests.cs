using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>P175: the client gets the form it asked for, whatever form the provider answers in and whatever it calls it.</summary>
public sealed class AnswerFormTests(WireFixture wire) : IClassFixture<WireFixture>
{
    private static readonly string?[] Types = ["application/json", "text/event-stream", "text/plain", null];

    public static TheoryData<Dialect, Dialect> Pairs => Wire.Pairs;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task P175_a_document_for_a_stream_becomes_one(Dialect client, Dialect provider)
    {
        foreach (var type in Types)
        {
            foreach (var sized in (bool[])[true, false])
            {
                wire.Upstream.Answer(ScriptedReply.Of(200, type, Wire.Whole(provider)) with { Sized = sized });
                var answer = await wire.AskAsync(client, provider, true);
                Assert.True(answer.Status == 200, $"{type} {sized}: {answer.Body}");
                Assert.StartsWith("text/event-stream", answer.ContentType, StringComparison.Ordinal);
                Assert.Equal(("Hello world", true), Wire.ReadText(client, answer.Body, true));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task P175_a_stream_for_a_document_becomes_one(Dialect client, Dialect provider)
    {
        foreach (var type in Types)
        {
            wire.Upstream.Answer(ScriptedReply.Of(200, type, Wire.Frames(provider)));
            var answer = await wire.AskAsync(client, provider, false);
            Assert.True(answer.Status == 200, $"{type}: {answer.Body}");
            Assert.StartsWith("application/json", answer.ContentType, StringComparison.Ordinal);
            Assert.Equal(("Hello world", true), Wire.ReadText(client, answer.Body, false));
            Assert.Contains("10", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_right_form_under_a_wrong_name_gets_its_own_name(Dialect client, Dialect provider)
    {
        foreach (var type in Types)
        {
            wire.Upstream.Answer(ScriptedReply.Of(200, type, Wire.Whole(provider)));
            var whole = await wire.AskAsync(client, provider, false);
            Assert.True(whole.Status == 200, $"{type}: {whole.Body}");
            Assert.StartsWith("application/json", whole.ContentType, StringComparison.Ordinal);
            Assert.Equal(("Hello world", true), Wire.ReadText(client, whole.Body, false));

            wire.Upstream.Answer(ScriptedReply.Of(200, type, Wire.Frames(provider)));
            var stream = await wire.AskAsync(client, provider, true);
            Assert.True(stream.Status == 200, $"{type}: {stream.Body}");
            Assert.StartsWith("text/event-stream", stream.ContentType, StringComparison.Ordinal);
            Assert.Equal(("Hello world", true), Wire.ReadText(client, stream.Body, true));
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_stream_made_of_a_document_comes_in_several_writes(Dialect client, Dialect provider)
    {
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"word{i} "));
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider, text)));
        using var response = await wire.Proxy.PostAsync(Wire.Path(client, Wire.Provider(provider) + ",m", true), Wire.Body(client, Wire.Provider(provider) + ",m", true));
        var stream = await response.Content.ReadAsStreamAsync();
        using var all = new MemoryStream();
        var buffer = new byte[65536];
        var reads = 0;
        while (await stream.ReadAsync(buffer) is > 0 and var read)
        {
            all.Write(buffer, 0, read);
            reads++;
        }

        Assert.Equal((text, true), Wire.ReadText(client, System.Text.Encoding.UTF8.GetString(all.ToArray()), true));
        Assert.True(reads >= 2, $"{reads} reads");
    }
}
