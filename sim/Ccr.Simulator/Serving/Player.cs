using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using Ccr.Simulator.Recording;
using Microsoft.AspNetCore.Connections.Features;

namespace Ccr.Simulator.Serving;

/// <summary>Sends a <see cref="Playback"/>.</summary>
internal sealed class Player(TimeProvider time, CancellationToken stopping)
{
    private const int StampDigits = 19;

    /// <summary>Plays to the end, or until the caller leaves or the simulator stops. A cut is left to the caller of this method: see <see cref="CutException"/>.</summary>
    public async Task<Outcome> PlayAsync(HttpContext http, Playback playback)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await WaitAsync(playback.Delay, leave.Token);
            switch (playback.Status)
            {
                case Playback.Reset:
                    ResetConnection(http);
                    return Outcome.Faulted;
                case Playback.Hang:
                    await Task.Delay(Timeout.InfiniteTimeSpan, time, leave.Token);
                    return Outcome.Cancelled;
            }

            WriteHead(http.Response, playback);
            await http.Response.StartAsync(leave.Token);
            await SendAsync(http.Response, playback, leave.Token);

            if (playback.Ending == Ending.Stall)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, leave.Token);
            }

            return playback.IsFault ? Outcome.Faulted : Outcome.Completed;
        }
        catch (OperationCanceledException)
        {
            // The caller's leaving, or the simulator's end: what was begun must not look whole.
            http.Abort();
            return Outcome.Cancelled;
        }
    }

    private static void WriteHead(HttpResponse response, Playback playback)
    {
        response.StatusCode = playback.Status;
        response.ContentType = playback.ContentType;
        response.ContentLength = playback.ContentLength;
        foreach (var (name, value) in playback.Headers)
        {
            response.Headers[name] = value;
        }
    }

    private async Task SendAsync(HttpResponse response, Playback playback, CancellationToken leave)
    {
        var body = response.BodyWriter;
        var stamp = 0;
        var times = playback.StampedTexts > 0 && playback.Stamps.Count > playback.StampedTexts ? new long[playback.StampedTexts] : null;
        var due = time.GetTimestamp();
        for (var i = 0; i < playback.Segments.Count; i++)
        {
            var segment = playback.Segments[i];
            if (segment.Wait > 0)
            {
                // Paced against the clock, so that late timers do not add up.
                due += segment.Wait * time.TimestampFrequency / 1000;
                var left = time.GetElapsedTime(time.GetTimestamp(), due);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, time, leave);
                }
            }

            leave.ThrowIfCancellationRequested();
            Write(body.GetSpan(segment.Length), playback, segment, times, ref stamp);
            body.Advance(segment.Length);
            if (i == playback.Segments.Count - 1)
            {
                // A caller may close as soon as it has the last byte, before this flush returns: that is no leaving.
                await body.FlushAsync(CancellationToken.None);
                return;
            }

            var flushed = await body.FlushAsync(leave);
            if (flushed.IsCompleted)
            {
                throw new OperationCanceledException("The caller has left.");
            }
        }
    }

    private static void Write(Span<byte> target, Playback playback, Segment segment, long[]? times, ref int stamp)
    {
        playback.Bytes.AsSpan(segment.Start, segment.Length).CopyTo(target);
        var end = segment.Start + segment.Length;
        if (stamp == playback.Stamps.Count || playback.Stamps[stamp] >= end)
        {
            return;
        }

        // Stopwatch is CLOCK_MONOTONIC on Linux: the same clock for all processes of the machine.
        var now = (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        for (; stamp < playback.Stamps.Count && playback.Stamps[stamp] < end; stamp++)
        {
            var time = now;
            if (times is not null)
            {
                // A dialect that says the whole text again at its end says the same times again.
                time = stamp < times.Length ? times[stamp] = now : times[stamp % times.Length];
            }

            Utf8Formatter.TryFormat(time, target.Slice(playback.Stamps[stamp] - segment.Start, StampDigits), out _, new('D', StampDigits));
        }
    }

    private Task WaitAsync(int milliseconds, CancellationToken leave) =>
        milliseconds > 0 ? Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, leave) : Task.CompletedTask;

    private static void ResetConnection(HttpContext http)
    {
        if (http.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new LingerOption(true, 0);
        }

        http.Abort();
    }
}
