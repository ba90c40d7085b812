using System.Buffers;
using System.Text.Json;
using Ccr.Simulator.Answers;
using Ccr.Simulator.Dialects;
using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Serving;

/// <summary>Turns an answer and a script into the bytes, pauses and end of a response.</summary>
internal static class PlaybackBuilder
{
    private const string EventStream = "text/event-stream; charset=utf-8";

    private static readonly byte[] HtmlPage = "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1><p>Played by the simulator.</p></body></html>\n"u8.ToArray();

    /// <summary>The response to a request that cannot be played.</summary>
    public static Playback Refusal(IDialect dialect, string message, string? code = null) => Error(dialect, Script.Default, new ErrorReply(400, message, code), 400);

    /// <summary>The response that a script plays; throws <see cref="RefusedException"/> when its fault lies beyond the end of the answer.</summary>
    public static Playback Build(IDialect dialect, Script script, Answer answer, bool stream)
    {
        var error = new ErrorReply(script.Status ?? 529, script.Message ?? "This error was asked for by the request's simulator script.", script.Code,
            script.Headers.FirstOrDefault(IsRetryAfter).Value);
        return script.Fault switch
        {
            FaultKind.Reset => new Playback { Status = Playback.Reset, Delay = script.Delay, IsFault = true },
            FaultKind.Hang => new Playback { Status = Playback.Hang, Delay = script.Delay, IsFault = true },
            FaultKind.Status => Error(dialect, script, error, error.Status),
            FaultKind.ErrorInSuccess => Error(dialect, script, error, 200),
            FaultKind.ErrorEvent when !stream => Error(dialect, script, error, 200),
            FaultKind.Html => Whole(script, script.Status ?? 200, "text/html; charset=utf-8", HtmlPage),
            FaultKind.Empty => Whole(script, script.Status ?? 200, stream ? StreamType(answer) : "application/json", []),
            _ when stream => Stream(dialect, script, answer, error),
            _ => Document(dialect, script, answer),
        };
    }

    private static Playback Stream(IDialect dialect, Script script, Answer answer, ErrorReply error)
    {
        using var frames = new FrameWriter(answer.StreamAsArray);
        dialect.WriteStream(frames, answer);
        ApplyFault(dialect, script, frames, answer, error);
        var bytes = new ArrayBufferWriter<byte>(frames.Bytes.Length);
        var segments = new List<Segment>(frames.Frames.Count);
        var started = false;
        foreach (var frame in frames.Frames)
        {
            var isContent = frame.Kind == FrameKind.Content;
            var wait = !isContent ? 0 : started ? script.Gap : script.First;
            started |= isContent;
            segments.Add(new Segment(bytes.WrittenCount, frame.Length, wait));
            bytes.Write(frames.Bytes.Slice(frame.Start, frame.Length));
        }

        return new Playback
        {
            Status = 200,
            ContentType = StreamType(answer),
            Headers = [new("cache-control", "no-cache"), .. script.Headers],
            Delay = script.Delay,
            Bytes = bytes.WrittenSpan.ToArray(),
            Segments = script.Burst ? Regroup(segments, int.MaxValue) : script.Split is { } size ? Regroup(segments, size) : segments,
            Stamps = script.Stamp ? FindStamps(bytes.WrittenSpan) : [],
            StampedTexts = answer.Text.Count,
            Ending = EndingOf(script.Fault),
            IsFault = script.Fault != FaultKind.None,
        };
    }

    private static void ApplyFault(IDialect dialect, Script script, FrameWriter frames, Answer answer, ErrorReply error)
    {
        var count = frames.Frames.Count;
        var needsIndex = script.Fault is FaultKind.Cut or FaultKind.EndOfFile or FaultKind.Stall or FaultKind.ErrorEvent or FaultKind.Malformed;
        if (needsIndex && (script.Fault == FaultKind.Malformed ? script.FaultAt > count : script.FaultAt >= count))
        {
            throw new RefusedException($"the script's fault is at event {script.FaultAt}, but this answer has only {count} events");
        }

        switch (script.Fault)
        {
            case FaultKind.Cut or FaultKind.EndOfFile or FaultKind.Stall:
                frames.KeepFirst(script.FaultAt);
                break;
            case FaultKind.ErrorEvent:
                frames.KeepFirst(script.FaultAt);
                dialect.WriteErrorEvent(frames, answer, error);
                break;
            case FaultKind.Malformed:
                frames.Break(script.FaultAt - 1);
                break;
            case FaultKind.NoTerminator:
                frames.Remove(kind => kind is FrameKind.End or FrameKind.Done);
                break;
            case FaultKind.NoDone:
                frames.Remove(kind => kind == FrameKind.Done);
                break;
        }
    }

    // Without events, a fault of the stream hits the middle of the document.
    private static Playback Document(IDialect dialect, Script script, Answer answer)
    {
        var bytes = Render(json => dialect.WriteWhole(json, answer));
        var whole = Whole(script, 200, "application/json", bytes);
        return script.Fault == FaultKind.None
            ? whole with { IsFault = false }
            : whole with
            {
                Segments = [new Segment(0, bytes.Length / 2, script.First)],
                ContentLength = EndingOf(script.Fault) == Ending.Complete ? null : bytes.Length,
                Ending = EndingOf(script.Fault),
            };
    }

    private static Playback Error(IDialect dialect, Script script, ErrorReply error, int status)
    {
        var whole = Whole(script, status, "application/json", Render(json => dialect.WriteError(json, error)));
        return dialect.HasRetryInBody ? whole with { Headers = [.. whole.Headers.Where(h => !IsRetryAfter(h))] } : whole;
    }

    private static string StreamType(Answer answer) => answer.StreamAsArray ? "application/json" : EventStream;

    private static bool IsRetryAfter(KeyValuePair<string, string> header) => header.Key == "retry-after";

    private static Playback Whole(Script script, int status, string contentType, byte[] bytes)
    {
        var all = new Segment(0, bytes.Length, script.First);
        return new Playback
        {
            Status = status,
            ContentType = contentType,
            Headers = script.Headers,
            Delay = script.Delay,
            Bytes = bytes,
            Segments = script.Split is { } size ? Regroup([all], size) : [all],
            Stamps = script.Stamp ? FindStamps(bytes) : [],
            ContentLength = bytes.Length,
            IsFault = true,
        };
    }

    private static Ending EndingOf(FaultKind fault) => fault switch
    {
        FaultKind.Cut => Ending.Cut,
        FaultKind.Stall => Ending.Stall,
        _ => Ending.Complete,
    };

    // The first content's wait stays before the segment that holds its first byte.
    private static List<Segment> Regroup(List<Segment> segments, int size)
    {
        var length = segments.Sum(s => s.Length);
        var pause = segments.Find(s => s.Wait > 0);
        var regrouped = new List<Segment>();
        for (var start = 0; start < length;)
        {
            var before = pause.Wait > 0 && start < pause.Start ? pause.Start - start : int.MaxValue;
            var take = Math.Min(Math.Min(size, length - start), before);
            regrouped.Add(new Segment(start, take, pause.Wait > 0 && start == pause.Start ? pause.Wait : 0));
            start += take;
        }

        return regrouped;
    }

    private static List<int> FindStamps(ReadOnlySpan<byte> bytes)
    {
        Span<byte> mark = stackalloc byte[Pieces.StampPlaceholder.Length];
        System.Text.Encoding.ASCII.GetBytes(Pieces.StampPlaceholder, mark);
        var found = new List<int>();
        for (var at = bytes.IndexOf(mark); at >= 0;)
        {
            found.Add(at + 1);
            var next = bytes[(at + mark.Length)..].IndexOf(mark);
            at = next < 0 ? -1 : at + mark.Length + next;
        }

        return found;
    }

    private static byte[] Render(Action<Utf8JsonWriter> properties)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, FrameWriter.Plain))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
