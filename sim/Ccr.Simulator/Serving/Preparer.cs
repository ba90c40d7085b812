using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Dialects;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Serving;

/// <summary>
/// Reads requests and renders their responses. A response is a function of the request, so that small ones are kept: a load
/// that repeats one body costs a hash of the body, not its parsing.
/// </summary>
internal sealed class Preparer(Planner planner)
{
    private const int MostKept = 128;
    private const int LargestKept = 256 << 10;
    private readonly ConcurrentDictionary<CacheKey, Prepared> _kept = new();

    /// <summary>The response to a POST of this body, which is copied where it is kept. <paramref name="behaviour"/> is a script on top of the others.</summary>
    public Prepared Prepare(IDialect dialect, string path, string? scriptHeader, string? behaviour, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        var key = new CacheKey(path, scriptHeader, behaviour, MemoryMarshal.Read<UInt128>(hash), MemoryMarshal.Read<UInt128>(hash[16..]));
        if (_kept.TryGetValue(key, out var prepared))
        {
            return prepared;
        }

        prepared = Render(dialect, path, scriptHeader, behaviour, Convert.ToHexStringLower(hash[..12]), body.ToArray());
        if (body.Length <= LargestKept && prepared.Playback.Bytes.Length <= LargestKept)
        {
            if (_kept.Count >= MostKept)
            {
                _kept.Clear();
            }

            _kept[key] = prepared;
        }

        return prepared;
    }

    private Prepared Render(IDialect dialect, string path, string? scriptHeader, string? behaviour, string key, byte[] body)
    {
        var model = "(none)";
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new RefusedException("the body is not a JSON object");
            }

            model = dialect.ReadModel(path, root);
            if (!ScriptParser.TryParse(model, scriptHeader, behaviour, out var script, out var problem))
            {
                throw new RefusedException(problem);
            }

            var conversation = dialect.Read(path, root, script);
            var answer = planner.Plan(conversation, script, key, body.Length);
            var playback = WithId(dialect, key, PlaybackBuilder.Build(dialect, script, answer, conversation.Stream));
            var healed = script is { Times: null, Down: null } ? null : WithId(dialect, key, PlaybackBuilder.Build(dialect, script.WithoutFault(), answer, conversation.Stream));
            return new Prepared(model, body, key, script, playback, healed);
        }
        catch (JsonException wrong)
        {
            return Refuse($"the body is not JSON: line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}");
        }
        catch (RefusedException refused)
        {
            return Refuse(refused.Message, refused.Code);
        }

        Prepared Refuse(string message, string? code = null) => new(model, body, key, Script.Default, WithId(dialect, key, PlaybackBuilder.Refusal(dialect, message, code)), null);
    }

    private static Playback WithId(IDialect dialect, string key, Playback playback) =>
        playback with { Headers = [new(dialect.RequestIdHeader, $"req_{key}"), .. playback.Headers] };

    private readonly record struct CacheKey(string Path, string? Script, string? Behaviour, UInt128 First, UInt128 Second);
}
