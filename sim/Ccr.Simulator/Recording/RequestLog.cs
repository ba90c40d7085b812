using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;

namespace Ccr.Simulator.Recording;

/// <summary>The last requests, the counts per model, and how often or since when each key has met its fault.</summary>
/// <param name="time">The clock of arrivals and of faults that end with time.</param>
/// <param name="capacity">Requests that are kept.</param>
internal sealed partial class RequestLog(TimeProvider time, int capacity)
{
    private const long MostBodyBytes = 64 << 20;
    private static readonly HashSet<string> Secrets = new(StringComparer.OrdinalIgnoreCase) { "authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "cookie" };

    private readonly Lock _gate = new();
    private readonly LinkedList<RecordedRequest> _requests = [];
    private readonly ConcurrentDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _since = new(StringComparer.Ordinal);
    private readonly long _start = time.GetTimestamp();
    private Dictionary<string, ModelCounts> _counts = new(StringComparer.Ordinal);
    private TaskCompletionSource? _changed;
    private long _number;
    private long _bodyBytes;
    private int _era;

    /// <summary>Takes a request in; the result goes to <see cref="End"/>.</summary>
    public int Begin(HttpRequest request, string model, byte[] body)
    {
        var headers = Headers(request.Headers);
        // Gemini's key may stand in the address.
        var path = request.Path.Value + KeyInQuery().Replace(request.QueryString.Value ?? "", key => Hash(key.Value));
        lock (_gate)
        {
            _requests.AddLast(new RecordedRequest(++_number, request.Method, path, model, headers, body.Length, time.GetElapsedTime(_start), body));
            _bodyBytes += body.Length;
            if (_requests.Count > capacity)
            {
                _bodyBytes -= _requests.First!.Value.Body?.Length ?? 0;
                _requests.RemoveFirst();
            }

            for (var node = _requests.First; node is not null && _bodyBytes > MostBodyBytes; node = node.Next)
            {
                _bodyBytes -= node.Value.Body?.Length ?? 0;
                node.Value = node.Value with { Body = null };
            }

            Count(model, c => c with { Requests = c.Requests + 1 });
            return _era;
        }
    }

    /// <summary>Counts how a request ended, unless a reset has come between.</summary>
    public void End(int era, string model, Outcome outcome)
    {
        lock (_gate)
        {
            if (era == _era)
            {
                Count(model, c => outcome switch
                {
                    Outcome.Completed => c with { Completed = c.Completed + 1 },
                    Outcome.Faulted => c with { Faulted = c.Faulted + 1 },
                    _ => c with { Cancelled = c.Cancelled + 1 },
                });
            }
        }
    }

    /// <summary>True while the key has met its fault fewer than that many times; counts this one.</summary>
    public bool TakeFault(string key, int times) => _faults.AddOrUpdate(key, 1, (_, met) => Math.Min(met, times) + 1) <= times;

    /// <summary>True for that long after the first call with the key.</summary>
    public bool IsDown(string key, TimeSpan length) => time.GetElapsedTime(_since.GetOrAdd(key, static (_, clock) => clock.GetTimestamp(), time)) < length;

    /// <summary>The kept requests, oldest first.</summary>
    public IReadOnlyList<RecordedRequest> Requests()
    {
        lock (_gate)
        {
            return [.. _requests];
        }
    }

    /// <summary>The counts per model.</summary>
    public IReadOnlyDictionary<string, ModelCounts> Counts()
    {
        lock (_gate)
        {
            return new Dictionary<string, ModelCounts>(_counts);
        }
    }

    /// <summary>Completes when the counts of a model are as wanted.</summary>
    public async Task<ModelCounts> WhenAsync(string model, Func<ModelCounts, bool> wanted, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var counts = _counts.GetValueOrDefault(model, ModelCounts.None);
                if (wanted(counts))
                {
                    return counts;
                }

                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>Forgets everything. Requests that are still being answered are not counted any more.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _era++;
            _requests.Clear();
            _counts = new(StringComparer.Ordinal);
            _faults.Clear();
            _since.Clear();
            (_number, _bodyBytes) = (0, 0);
            Signal();
        }
    }

    private void Count(string model, Func<ModelCounts, ModelCounts> change)
    {
        _counts[model] = change(_counts.GetValueOrDefault(model, ModelCounts.None));
        Signal();
    }

    private void Signal()
    {
        _changed?.SetResult();
        _changed = null;
    }

    private static Dictionary<string, string> Headers(IHeaderDictionary headers)
    {
        var copy = new Dictionary<string, string>(headers.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            copy[name.ToLowerInvariant()] = Secrets.Contains(name) ? Hash(value) : value.ToString();
        }

        return copy;
    }

    [GeneratedRegex("(?<=[?&]key=)[^&]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyInQuery();

    private static string Hash(StringValues secret) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret.ToString())).AsSpan(0, 6));
}
