using System.Text;
using System.Text.Json;

namespace Ccr.Tests.Protocols.Gemini;

/// <summary>Reads a Gemini stream as its strictest client would and fails on anything that no Gemini server sends.</summary>
internal static class GeminiStreamChecker
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>The frames of a stream in the form of events.</summary>
    public static List<JsonElement> CheckEvents(ReadOnlySpan<byte> stream, bool endsInError = false)
    {
        var text = Encoding.UTF8.GetString(stream);
        Assert.True(text.Length == 0 || text.EndsWith("\n\n", StringComparison.Ordinal), "the last event has no end");
        var frames = new List<JsonElement>();
        foreach (var e in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            // No comments: Google's library never gets past one.
            Assert.StartsWith("data: ", e, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e);
            frames.Add(JsonDocument.Parse(e[6..], Deep).RootElement);
        }

        Check(frames, endsInError);
        return frames;
    }

    /// <summary>The frames of a stream in the form of one array.</summary>
    public static List<JsonElement> CheckArray(ReadOnlySpan<byte> stream, bool endsInError = false)
    {
        var frames = JsonDocument.Parse(stream.ToArray(), Deep).RootElement.EnumerateArray().ToList();
        Check(frames, endsInError);
        return frames;
    }

    /// <summary>One response object.</summary>
    public static JsonElement CheckWhole(ReadOnlySpan<byte> json)
    {
        var root = JsonDocument.Parse(json.ToArray(), Deep).RootElement;
        Check([root], endsInError: false);
        return root;
    }

    private static void Check(List<JsonElement> frames, bool endsInError)
    {
        Assert.NotEmpty(frames);
        var ids = new HashSet<string>();
        var versions = new HashSet<string>();
        var calls = new HashSet<string>();
        for (var i = 0; i < frames.Count; i++)
        {
            var isLast = i == frames.Count - 1;
            if (frames[i].TryGetProperty("error", out var error))
            {
                Assert.True(isLast && endsInError, "an error where none may be");
                Assert.True(error.GetProperty("code").GetInt32() >= 400);
                Assert.NotEmpty(error.GetProperty("message").GetString()!);
                Assert.NotEmpty(error.GetProperty("status").GetString()!);
                return;
            }

            ids.Add(frames[i].GetProperty("responseId").GetString()!);
            versions.Add(frames[i].GetProperty("modelVersion").GetString()!);
            var candidate = Assert.Single(frames[i].GetProperty("candidates").EnumerateArray());
            Assert.Equal(0, candidate.GetProperty("index").GetInt32());
            var content = candidate.GetProperty("content");
            Assert.Equal("model", content.GetProperty("role").GetString());
            Assert.NotEmpty(content.GetProperty("parts").EnumerateArray());
            foreach (var part in content.GetProperty("parts").EnumerateArray())
            {
                // A frame that holds nothing but an empty text keeps the client waiting.
                CheckPart(part, calls, isLast || content.GetProperty("parts").GetArrayLength() == 1);
            }

            Assert.Equal(isLast, candidate.TryGetProperty("finishReason", out var reason));
            Assert.Equal(isLast, frames[i].TryGetProperty("usageMetadata", out var usage));
            if (isLast)
            {
                Assert.Contains(reason.GetString(), new[] { "STOP", "MAX_TOKENS", "SAFETY" });
                Assert.Equal(
                    usage.GetProperty("totalTokenCount").GetInt64(),
                    usage.GetProperty("promptTokenCount").GetInt64() + usage.GetProperty("candidatesTokenCount").GetInt64()
                    + (usage.TryGetProperty("thoughtsTokenCount", out var thoughts) ? thoughts.GetInt64() : 0));
            }
        }

        Assert.False(endsInError, "no error came");
        Assert.Single(ids);
        Assert.Single(versions);
    }

    private static void CheckPart(JsonElement part, HashSet<string> calls, bool mayBeEmpty)
    {
        var kinds = 0;
        foreach (var field in part.EnumerateObject())
        {
            switch (field.Name)
            {
                case "text":
                    kinds++;
                    Assert.True(field.Value.GetString()!.Length > 0 || mayBeEmpty || part.TryGetProperty("thoughtSignature", out _), "an empty text");
                    break;
                case "functionCall":
                    kinds++;
                    Assert.True(calls.Add(field.Value.GetProperty("id").GetString()!), "an id twice");
                    Assert.NotEmpty(field.Value.GetProperty("name").GetString()!);
                    Assert.Equal(JsonValueKind.Object, field.Value.GetProperty("args").ValueKind);
                    break;
                case "thought":
                    Assert.True(field.Value.GetBoolean());
                    break;
                case "thoughtSignature":
                    Assert.NotEmpty(field.Value.GetString()!);
                    break;
                default:
                    Assert.Fail($"an unknown part {field.Name}");
                    break;
            }
        }

        Assert.Equal(1, kinds);
    }
}
