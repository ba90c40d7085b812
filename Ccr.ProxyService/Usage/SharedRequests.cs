using System.Globalization;
using System.Text.Json;
using Ccr.ServiceDefaults;
using StackExchange.Redis;

namespace Ccr.ProxyService.Usage;

/// <summary>Reads the list of recent requests that all replicas share.</summary>
internal sealed class SharedRequests(IServiceProvider services)
{
    // Of one reading; a filter may take several.
    private const int Most = 250;

    /// <summary>
    /// The requests before an entry that fit, newest first, at most <paramref name="count"/> of them, each with the id of its entry.
    /// </summary>
    /// <param name="before">The id of an entry, "milliseconds-number"; null begins with the newest.</param>
    /// <param name="count">How many.</param>
    /// <param name="fits">Which.</param>
    /// <param name="cancellationToken">Ends the reading between two steps.</param>
    public async Task<List<(string Entry, RequestReport Request)>> ReadAsync(string? before, int count, Func<RequestReport, bool> fits, CancellationToken cancellationToken)
    {
        var redis = services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        var found = new List<(string, RequestReport)>();
        var end = before is null ? "+" : Predecessor(before);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = Math.Min(Most, Math.Max(count, 50));
            RedisKey key = RedisKeys.RecentRequests;
            var reply = await redis.ExecuteAsync("XREVRANGE", key, end, "-", "COUNT", step).ConfigureAwait(false);
            var entries = reply.IsNull ? [] : (RedisResult[]?)reply ?? [];
            foreach (var entry in entries)
            {
                var (id, json) = Parts(entry);
                end = Predecessor(id);
                if (TryRead(json) is { } request && fits(request))
                {
                    found.Add((id, request));
                    if (found.Count == count)
                    {
                        return found;
                    }
                }
            }

            if (entries.Length < step)
            {
                return found;
            }
        }
    }

    /// <summary>Whether a text is the id of an entry.</summary>
    public static bool IsEntry(string text) => Split(text) is not null;

    /// <summary>The largest id below another one. The exclusive ranges of newer servers would do, but older ones do not have them.</summary>
    private static string Predecessor(string id)
    {
        var (time, number) = Split(id) ?? throw new FormatException($"'{id}' is no id of an entry.");
        return number > 0 ? string.Create(CultureInfo.InvariantCulture, $"{time}-{number - 1}")
            : time > 0 ? string.Create(CultureInfo.InvariantCulture, $"{time - 1}-{ulong.MaxValue}")
            : "0-0";
    }

    private static (ulong Time, ulong Number)? Split(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && ulong.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && ulong.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (time, number)
            : null;
    }

    /// <summary>An entry: its id, and a flat list of fields and values, of which <c>r</c> matters.</summary>
    private static (string Id, string? Json) Parts(RedisResult entry)
    {
        var parts = (RedisResult[]?)entry ?? [];
        var fields = parts.Length > 1 ? (string?[]?)parts[1] ?? [] : [];
        var at = Array.IndexOf(fields, "r");
        return ((string?)parts[0] ?? "0-0", at >= 0 && at % 2 == 0 && at + 1 < fields.Length ? fields[at + 1] : null);
    }

    /// <summary>A newer replica's entry may be one that this one cannot read: that is no error of the list.</summary>
    private static RequestReport? TryRead(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize(json, ApiJson.Default.RequestReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
