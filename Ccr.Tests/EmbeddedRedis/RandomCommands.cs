using System.Globalization;
using System.Text;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>
/// Makes commands over a few keys and members, right ones and slightly wrong ones. Left out is only what must differ between two
/// servers: random choices, the clock, and waiting.
/// </summary>
internal sealed class RandomCommands(int seed)
{
    // DBSIZE is left out too: keys that are due count until they are collected, at a time of the server's choice.
    // A leading ~ : the order of members does not count; % : nor that of pairs; ! : random when its last argument is lost, so it is kept whole.
    private static readonly string[] Templates =
    [
        "GET {k}", "SET {k} {v}", "SET {k} {v} NX", "SET {k} {v} XX GET", "SET {k} {v} EXAT {at}", "SET {k} {v} KEEPTTL", "SET {k} {v} PXAT {at}000 NX GET", "SETNX {k} {v}",
        "GETSET {k} {v}", "GETDEL {k}", "GETEX {k} PERSIST", "GETEX {k} EXAT {at}", "MGET {k} {k} {k}", "MSET {k} {v} {k} {v}", "MSETNX {k} {v} {k} {v}", "APPEND {k} {v}",
        "STRLEN {k}", "GETRANGE {k} {i} {i}", "SETRANGE {k} {p} {v}", "INCR {k}", "DECR {k}", "INCRBY {k} {n}", "DECRBY {k} {n}", "INCRBYFLOAT {k} {f}",
        "DEL {k}", "UNLINK {k} {k}", "EXISTS {k} {k}", "TOUCH {k} {k}", "TYPE {k}", "RENAME {k} {k}", "RENAMENX {k} {k}", "COPY {k} {k}", "COPY {k} {k} REPLACE",
        "~KEYS {g}", "~SCAN 0 COUNT 1000 MATCH {g}", "OBJECT ENCODING {k}", "OBJECT REFCOUNT {k}", "EXPIREAT {k} {at}", "PEXPIREAT {k} {at}123 GT", "EXPIREAT {k} {at} NX",
        "EXPIREAT {k} {at} LT", "EXPIRE {k} -1 XX", "EXPIRETIME {k}", "PEXPIRETIME {k}", "PERSIST {k}",
        "HSET {k} {m} {v}", "HSET {k} {m} {v} {m} {v}", "HMSET {k} {m} {v}", "HSETNX {k} {m} {v}", "HGET {k} {m}", "HMGET {k} {m} {m}", "%HGETALL {k}", "HDEL {k} {m} {m}",
        "HEXISTS {k} {m}", "HLEN {k}", "HSTRLEN {k} {m}", "~HKEYS {k}", "~HVALS {k}", "HINCRBY {k} {m} {n}", "HINCRBYFLOAT {k} {m} {f}", "%HSCAN {k} 0 COUNT 1000 MATCH {g}",
        "!~HRANDFIELD {k} 100", "!%HRANDFIELD {k} 100 WITHVALUES",
        "SADD {k} {m} {m}", "SADD {k} {n}", "SREM {k} {m} {m}", "~SMEMBERS {k}", "SCARD {k}", "SISMEMBER {k} {m}", "SMISMEMBER {k} {m} {m}", "SMOVE {k} {k} {m}",
        "!~SPOP {k} 1000", "!~SRANDMEMBER {k} 1000", "~SINTER {k} {k}", "~SUNION {k} {k}", "~SDIFF {k} {k}", "SINTERSTORE {k} {k} {k}", "SUNIONSTORE {k} {k} {k}",
        "SDIFFSTORE {k} {k} {k}", "SINTERCARD 2 {k} {k} LIMIT {p}", "~SSCAN {k} 0 COUNT 1000 MATCH {g}",
        "ZADD {k} {f} {m}", "ZADD {k} {f} {m} {f} {m}", "ZADD {k} {z} {f} {m}", "ZADD {k} {z} {z} {f} {m}", "ZINCRBY {k} {f} {m}", "ZSCORE {k} {m}", "ZMSCORE {k} {m} {m}",
        "ZCARD {k}", "ZREM {k} {m}", "ZRANK {k} {m}", "ZREVRANK {k} {m}", "ZPOPMIN {k}", "ZPOPMAX {k} {p}", "ZRANGE {k} {i} {i} WITHSCORES", "ZRANGE {k} {i} {i} REV",
        "ZRANGE {k} {s} {s} BYSCORE WITHSCORES", "ZRANGE {k} {s} {s} BYSCORE REV LIMIT {i} {i}", "ZRANGE {x} {l} {l} BYLEX", "ZRANGE {x} {l} {l} BYLEX REV LIMIT {p} {p}",
        "ZREVRANGE {k} {i} {i} WITHSCORES", "ZRANGEBYSCORE {k} {s} {s} LIMIT {p} {i}", "ZREVRANGEBYSCORE {k} {s} {s} WITHSCORES", "ZRANGEBYLEX {x} {l} {l}", "ZREVRANGEBYLEX {x} {l} {l}",
        "ZRANGESTORE {k} {k} {i} {i}", "ZRANGESTORE {k} {k} {s} {s} BYSCORE", "ZCOUNT {k} {s} {s}", "ZLEXCOUNT {x} {l} {l}", "ZREMRANGEBYRANK {k} {i} {i}", "ZREMRANGEBYSCORE {k} {s} {s}",
        "ZREMRANGEBYLEX {x} {l} {l}", "ZADD {x} 0 {m} 0 {m}", "ZADD {x} 0 {m}", "ZREM {x} {m}", "ZUNION 2 {k} {k} WITHSCORES", "ZINTER 2 {k} {k} AGGREGATE MAX WITHSCORES", "ZDIFF 2 {k} {k} WITHSCORES", "ZUNIONSTORE {k} 2 {k} {k} WEIGHTS {f} {f}",
        "ZINTERSTORE {k} 2 {k} {k} AGGREGATE MIN", "ZDIFFSTORE {k} 2 {k} {k}", "%ZSCAN {k} 0 COUNT 1000 MATCH {g}", "!~ZRANDMEMBER {k} 1000",
        "LPUSH {k} {m} {m}", "RPUSH {k} {m} {m} {m}", "LPUSHX {k} {m}", "RPUSHX {k} {m}", "LPOP {k}", "RPOP {k} {p}", "LLEN {k}", "LRANGE {k} {i} {i}", "LINDEX {k} {i}",
        "LSET {k} {i} {m}", "LTRIM {k} {p} -1", "LREM {k} {i} {m}", "LINSERT {k} BEFORE {m} {m}", "LINSERT {k} AFTER {m} {m}", "LPOS {k} {m} RANK {i} COUNT {p} MAXLEN {p}",
        "LMOVE {k} {k} LEFT RIGHT", "LMOVE {k} {k} RIGHT RIGHT", "RPOPLPUSH {k} {k}",
        "XADD {k} {id} {m} {v}", "XADD {k} MAXLEN {p} 9-* {m} {v}", "XADD {k} NOMKSTREAM {p}-* {m} {v} {m} {v}", "XLEN {k}", "XRANGE {k} {id} {id}", "XRANGE {k} - + COUNT {i}",
        "XREVRANGE {k} + {id}", "XREAD COUNT {i} STREAMS {k} {k} {id} {id}", "XDEL {k} {id} {id}", "XTRIM {k} MAXLEN {p}", "XTRIM {k} MINID {id}", "XINFO STREAM {k}",
        "MULTI", "EXEC", "DISCARD", "WATCH {k}", "UNWATCH", "PING", "ECHO {v}", "PUBLISH {k} {v}", "PUBSUB NUMSUB {k}", "FLUSHDB", "NOSUCH {k} {v}", "OBJECT {m} {k}",
    ];

    private static readonly string[] Members = ["a", "b", "c", "d", "aa", "1", "2", "3", "-7", "10", "", "x y", "é\r\n"];
    private static readonly string[] Integers =
        ["0", "1", "-1", "5", "-20", "100", "9223372036854775807", "-9223372036854775808", "4611686018427387904", "1.5", "01", "abc", "", "99999999999999999999"];
    private static readonly string[] Floats =
        ["0", "1", "-1", "0.1", "0.2", "-0.3", "3.14159", "1e3", "-2.5e-3", "1e17", "123456789.123456789", "1e-10", "inf", "-inf", "+5", "-0", "1e20", "0.30000000000000004", "nan", "x", "1e400"];
    private static readonly string[] Scores = ["-inf", "+inf", "0", "(0", "1", "(1", "2", "3.5", "(10", "-5", "1000", "x"];
    private static readonly string[] Lexes = ["-", "+", "[a", "(a", "[b", "(c", "[aa", "[", "(1", "[zzz", "b"];
    private static readonly string[] Ids = ["0", "1-1", "2-2", "3", "5-5", "9-1", "(3-3", "1-*", "-", "0-0", "x", "18446744073709551615-0"];
    private static readonly string[] Patterns = ["*", "k*", "k[1-3]", "?", "a*", "[^a]*", "\\*", "*1*"];
    private static readonly string[] AddOptions = ["NX", "XX", "GT", "LT", "CH", "INCR"];
    private static readonly string[] Junk = ["", "x", "-1", "0", "9223372036854775808", "NX", "COUNT", "WITHSCORES", "REV", "{k}"];
    private readonly Random _random = new(seed);

    /// <summary>The next command: how its reply is compared, and its arguments.</summary>
    public (char Comparison, byte[][] Arguments) Next()
    {
        var template = Templates[_random.Next(Templates.Length)];
        if (template is "FLUSHDB" or "DISCARD" && _random.Next(4) != 0)
        {
            template = "EXEC";
        }

        var whole = template[0] == '!';
        template = template.TrimStart('!');
        var comparison = template[0] is '~' or '%' ? template[0] : ' ';
        var words = template.TrimStart('~', '%').Split(' ').ToList();
        if (!whole)
        {
            Damage(words);
        }

        return (words[0] == "EXEC" ? '~' : comparison, [.. words.Select(w => Encoding.Latin1.GetBytes(Fill(w)))]);
    }

    private void Damage(List<string> words)
    {
        if (words.Exists(w => w.StartsWith("{x}", StringComparison.Ordinal)))
        {
            return;
        }

        switch (_random.Next(40))
        {
            case 0 when words.Count > 1:
                words.RemoveAt(words.Count - 1);
                break;
            case 1:
                words.Add(Pick(Junk));
                break;
            case 2 when words.Count > 1:
                words[_random.Next(1, words.Count)] = Pick(Junk);
                break;
        }
    }

    private string Fill(string word)
    {
        for (var open = word.IndexOf('{', StringComparison.Ordinal); open >= 0; open = word.IndexOf('{', StringComparison.Ordinal))
        {
            var close = word.IndexOf('}', StringComparison.Ordinal);
            word = word[..open] + Value(word[(open + 1)..close]) + word[(close + 1)..];
        }

        return word;
    }

    private string Value(string kind) => kind switch
    {
        "k" => "k" + Number(8),

        // Ranges of members are defined only where all scores are equal, so these keys have one score.
        "x" => "x" + Number(2),
        "m" => Pick(Members),
        "v" => _random.Next(3) switch { 0 => Pick(Members), 1 => Number(20_000), _ => new string('v', _random.Next(70)) },
        "n" => Pick(Integers),
        "f" => _random.Next(3) == 0 ? RandomFloat() : Pick(Floats),
        "i" => (_random.Next(12) - 6).ToString(CultureInfo.InvariantCulture),
        "p" => Number(6),
        "at" => _random.Next(5) == 0 ? "1" : "3317711742" + Number(10),
        "s" => Pick(Scores),
        "l" => Pick(Lexes),
        "id" => _random.Next(2) == 0 ? Number(20) + "-" + Number(5) : Pick(Ids),
        "g" => Pick(Patterns),
        "z" => Pick(AddOptions),
        _ => throw new InvalidOperationException(kind),
    };

    private string RandomFloat() =>
        (_random.Next(2) == 0 ? "-" : "") + Number(100_000) + "." + _random.NextInt64(1_000_000_000_000).ToString(CultureInfo.InvariantCulture)
        + (_random.Next(3) == 0 ? "e" + (_random.Next(30) - 15).ToString(CultureInfo.InvariantCulture) : "");

    private string Number(int below) => _random.Next(below).ToString(CultureInfo.InvariantCulture);

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
