using System.Numerics;
using Ccr.Tokenization.Requests;

namespace Ccr.Tokenization;

/// <summary>
/// Counts of texts seen before, by the hash of their content, so that of a growing conversation only the new text is encoded; the rest is
/// read and hashed, which is some fifty times as fast. Holds hashes and numbers, no text. Of fixed size: a new text takes the place of the one of
/// its four that was not asked for longest. Safe for any number of threads; nothing is allocated after the start.
/// </summary>
public sealed class TextCountCache
{
    /// <summary>Shorter texts are encoded at once: to look them up would take as long.</summary>
    public const int ShortestBytes = 24;

    private const int Ways = 4;
    private const int Stripes = 64;

    private readonly Entry[] _entries;
    private readonly Stripe[] _stripes = new Stripe[Stripes];
    private readonly int _sets;

    /// <summary>Makes an empty one for at least so many texts; each takes 32 bytes.</summary>
    public TextCountCache(int texts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(texts, 1);
        _sets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(Stripes, (texts + Ways - 1) / Ways));
        _entries = new Entry[_sets * Ways];
        for (var i = 0; i < Stripes; i++)
        {
            _stripes[i] = new Stripe();
        }
    }

    /// <summary>How many texts it can hold.</summary>
    public int Capacity => _entries.Length;

    /// <summary>What it has done so far.</summary>
    public CountCacheTotals Totals
    {
        get
        {
            long hits = 0, misses = 0, known = 0, encoded = 0;
            foreach (var stripe in _stripes)
            {
                lock (stripe)
                {
                    hits += stripe.Hits;
                    misses += stripe.Misses;
                    known += stripe.KnownBytes;
                    encoded += stripe.EncodedBytes;
                }
            }

            return new(hits, misses, known, encoded);
        }
    }

    /// <summary>The number of tokens of the text, as <see cref="BpeEncoding.CountTokens"/> has it.</summary>
    public long CountTokens(ReadOnlySpan<byte> utf8, BpeEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        if (!TryFind(utf8, encoding, isEscaped: false, out var hash, out var tokens))
        {
            tokens = encoding.CountTokens(utf8);
            Keep(hash, utf8.Length, tokens);
        }

        return tokens;
    }

    /// <summary>The known count of a text, or the hash to keep its count under: 0 for a text too short to be kept.</summary>
    internal bool TryFind(ReadOnlySpan<byte> text, BpeEncoding encoding, bool isEscaped, out UInt128 hash, out long tokens)
    {
        tokens = 0;
        if (text.Length < ShortestBytes)
        {
            hash = 0;
            return false;
        }

        hash = TextHash.Of(text, ((uint)encoding.Id << 1) | (isEscaped ? 1u : 0u));
        var set = (int)((uint)hash & (uint)(_sets - 1));
        var stripe = _stripes[set % Stripes];
        lock (stripe)
        {
            foreach (ref var entry in _entries.AsSpan(set * Ways, Ways))
            {
                if (entry.Hash == hash)
                {
                    entry.Used = ++stripe.Clock;
                    tokens = entry.Tokens;
                    stripe.Hits++;
                    stripe.KnownBytes += text.Length;
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Keeps a count, or only notes the work when the hash is 0.</summary>
    internal void Keep(UInt128 hash, int bytes, long tokens)
    {
        var set = (int)((uint)hash & (uint)(_sets - 1));
        var stripe = _stripes[set % Stripes];
        lock (stripe)
        {
            stripe.EncodedBytes += bytes;
            if (hash == 0)
            {
                return;
            }

            stripe.Misses++;
            ref var oldest = ref _entries[set * Ways];
            foreach (ref var entry in _entries.AsSpan(set * Ways, Ways))
            {
                if (entry.Hash == hash || entry.Used < oldest.Used)
                {
                    oldest = ref entry;
                    if (entry.Hash == hash)
                    {
                        break;
                    }
                }
            }

            oldest = new() { Hash = hash, Tokens = tokens, Used = ++stripe.Clock };
        }
    }

    private struct Entry
    {
        public UInt128 Hash;
        public long Tokens;
        public long Used;
    }

    /// <summary>The lock of every 64th set, and what was done in them.</summary>
    private sealed class Stripe
    {
        public long Clock;
        public long Hits;
        public long Misses;
        public long KnownBytes;
        public long EncodedBytes;
    }
}
