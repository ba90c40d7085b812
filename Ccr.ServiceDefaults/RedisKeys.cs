namespace Ccr.ServiceDefaults;

/// <summary>
/// The names of everything CCR keeps in Redis, shared by the three services. Each key carries its series in braces, so that a
/// cluster keeps one series on one node and different series spread.
/// </summary>
public static class RedisKeys
{
    /// <summary>Names of all usage series ever counted: a set of the strings that <see cref="Usage"/> takes.</summary>
    public const string Series = "ccr:{series}";

    /// <summary>A bounded stream of finished requests, newest last; one field <c>r</c> with a JSON object.</summary>
    public const string RecentRequests = "ccr:{recent}";

    /// <summary>Entries kept in <see cref="RecentRequests"/>.</summary>
    public const int RecentRequestsLength = 1000;

    /// <summary>The running proxies: a hash of instance to the last sign of life, Unix milliseconds.</summary>
    public const string Instances = "ccr:{instances}";

    /// <summary>What replicas tell one another of targets and keys: a hash of subject to "word until at", both Unix milliseconds. Never holds a key.</summary>
    public const string Health = "ccr:{health}";

    /// <summary>How long <see cref="Health"/> outlives its last change; nothing in it is in force for longer.</summary>
    public static readonly TimeSpan HealthRetention = TimeSpan.FromHours(2);

    /// <summary>The series of everything the proxies served.</summary>
    public const string Total = "total";

    /// <summary>The series of what the tokenizer service did: fields requests, texts, bytes, tokens.</summary>
    public const string Tokenizer = "tokenizer";

    /// <summary>The series of one route target: "tier:provider,model".</summary>
    public static string Tier(string name) => "tier:" + name;

    /// <summary>The series of one provider.</summary>
    public static string Provider(string name) => "provider:" + name;

    /// <summary>The series of one model, as the provider spells it.</summary>
    public static string Model(string name) => "model:" + name;

    /// <summary>The series of one client program, of the closed list that requests show.</summary>
    public static string Application(string name) => "app:" + name;

    /// <summary>The series of one routing scenario.</summary>
    public static string Scenario(string name) => "scenario:" + name;

    /// <summary>The series of one virtual key, by its id; the key itself is nowhere.</summary>
    public static string Key(string id) => "key:" + id;

    /// <summary>The series of one session of a client. It has no counters by time, and expires <see cref="SessionRetention"/> after its last request.</summary>
    public static string Session(string id) => "session:" + id;

    /// <summary>The sessions seen last: a sorted set of their ids by the time of the last request, Unix milliseconds; at most <see cref="MostSessions"/>.</summary>
    public const string Sessions = "ccr:{sessions}";

    /// <summary>Entries kept in <see cref="Sessions"/>.</summary>
    public const int MostSessions = 5000;

    /// <summary>How long a session's counters are kept after its last request.</summary>
    public static readonly TimeSpan SessionRetention = TimeSpan.FromDays(7);

    /// <summary>A hash of counters since the beginning: requests, failures, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, duration_ms.</summary>
    public static string Usage(string series) => $"ccr:usage:{{{series}}}";

    /// <summary>The same counters of one minute (UTC); kept for <see cref="MinuteRetention"/>.</summary>
    public static string UsageMinute(string series, DateTimeOffset minute) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ccr:usage:{{{series}}}:{minute.UtcDateTime:yyyyMMddHHmm}");

    /// <summary>How long minute counters are kept.</summary>
    public static readonly TimeSpan MinuteRetention = TimeSpan.FromHours(25);

    /// <summary>The same counters of one hour (UTC); kept for <see cref="HourRetention"/>.</summary>
    public static string UsageHour(string series, DateTimeOffset hour) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ccr:usage:{{{series}}}:{hour.UtcDateTime:yyyyMMddHH}");

    /// <summary>How long hour counters are kept.</summary>
    public static readonly TimeSpan HourRetention = TimeSpan.FromDays(35);

    /// <summary>The same counters of one day (UTC); kept for <see cref="DayRetention"/>.</summary>
    public static string UsageDay(string series, DateTimeOffset day) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ccr:usage:{{{series}}}:{day.UtcDateTime:yyyyMMdd}");

    /// <summary>How long day counters are kept.</summary>
    public static readonly TimeSpan DayRetention = TimeSpan.FromDays(400);

    /// <summary>What one proxy instance is doing now, as JSON; expires when the instance no longer refreshes it.</summary>
    public static string Live(string instance) => $"ccr:live:{{{instance}}}";

    /// <summary>How long <see cref="Live"/> outlives its last refresh; it is refreshed every second.</summary>
    public static readonly TimeSpan LiveRetention = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The number of the last batch that <paramref name="instance"/> applied to the keys with the hash tag <paramref name="tag"/> (a series, or
    /// <c>recent</c>). Written in the same transaction as the batch, so that one whose reply was lost is not applied twice.
    /// </summary>
    public static string Applied(string tag, string instance) => $"ccr:applied:{{{tag}}}:{instance}";

    /// <summary>How long <see cref="Applied"/> is kept after the last batch; an instance that waits longer for Redis applies its batch again.</summary>
    public static readonly TimeSpan AppliedRetention = TimeSpan.FromHours(25);

    /// <summary>Where a session was served last: three lines, Unix milliseconds, the key's name, the target. <paramref name="session"/> is a digest of 32 hexadecimal digits; expires with Affinity.ttlMs.</summary>
    public static string Affinity(string session) => $"ccr:affinity:{{{session}}}";

    /// <summary>The channel on which replicas tell one another of sessions that moved: the digest, then the lines of <see cref="Affinity"/>, or nothing when it is forgotten.</summary>
    public const string AffinityMoves = "ccr:affinity";

    /// <summary>All virtual keys: a hash of id to JSON, which holds the SHA-256 of the key and never the key.</summary>
    public const string VirtualKeys = "ccr:{keys}";

    /// <summary>A number that grows with every change of <see cref="VirtualKeys"/>.</summary>
    public const string VirtualKeysVersion = "ccr:{keys}:version";

    /// <summary>The channel on which the ids of changed virtual keys are told.</summary>
    public const string VirtualKeyChanges = "ccr:keys";

    /// <summary>The books of one virtual key, by its id: a hash of version to JSON, of which the highest version counts.</summary>
    public static string VirtualKeyLedger(string id) => $"ccr:key:{{{id}}}:ledger";

    /// <summary>How long <see cref="VirtualKeyLedger"/> outlives its last change: longer than a month, for which money is counted.</summary>
    public static readonly TimeSpan VirtualKeyLedgerRetention = TimeSpan.FromDays(40);

    /// <summary>The hash tag of <see cref="RecentRequests"/>.</summary>
    public const string RecentTag = "recent";
}
