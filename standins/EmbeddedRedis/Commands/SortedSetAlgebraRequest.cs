using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>The parsed arguments of ZUNION and its kin.</summary>
internal sealed class SortedSetAlgebraRequest
{
    private Func<double, double, double> _aggregate = Sum;

    public required IReadOnlyList<Source> Sources { get; init; }

    public bool WithScores { get; private set; }

    public static SortedSetAlgebraRequest Parse(Session s, byte[][] a, int position, string command, bool weighted, bool store)
    {
        var count = a[position].ToInteger();
        if (count < 1)
        {
            throw new RedisErrorException($"ERR at least 1 input key is needed for '{command}' command");
        }

        if (count > a.Length - position - 1)
        {
            throw RedisErrorException.Syntax();
        }

        var sources = new Source[count];
        for (var i = 0; i < sources.Length; i++)
        {
            sources[i] = new Source(s.Db.Find(a[position + 1 + i])?.Value switch
            {
                null => null,
                SortedSetValue or SetValue => s.Db.Find(a[position + 1 + i])!.Value,
                _ => throw RedisErrorException.WrongType(),
            });
        }

        var request = new SortedSetAlgebraRequest { Sources = sources };
        for (var i = position + 1 + sources.Length; i < a.Length; i++)
        {
            request.TakeOption(a, ref i, weighted, store);
        }

        return request;
    }

    /// <summary>Joins two scores; what is no number becomes 0.</summary>
    public double Aggregate(double left, double right) => _aggregate(left, right);

    private void TakeOption(byte[][] a, ref int i, bool weighted, bool store)
    {
        if (weighted && a[i].Is("WEIGHTS"u8) && a.Length - i - 1 >= Sources.Count)
        {
            foreach (var source in Sources)
            {
                source.Weight = a[++i].ToDouble("ERR weight value is not a float");
            }
        }
        else if (weighted && a[i].Is("AGGREGATE"u8) && i + 1 < a.Length)
        {
            i++;
            _aggregate = a[i].Is("SUM"u8) ? Sum
                : a[i].Is("MIN"u8) ? Math.Min
                : a[i].Is("MAX"u8) ? Math.Max
                : throw RedisErrorException.Syntax();
        }
        else if (!store && a[i].Is("WITHSCORES"u8))
        {
            WithScores = true;
        }
        else
        {
            throw RedisErrorException.Syntax();
        }
    }

    private static double Sum(double left, double right) => left + right is var sum && double.IsNaN(sum) ? 0 : sum;

    /// <summary>One input: a sorted set, a plain set, or nothing.</summary>
    internal sealed class Source(RedisValue? value)
    {
        public double Weight { get; set; } = 1;

        public int Count => value switch
        {
            SortedSetValue sorted => sorted.Count,
            SetValue set => set.Count,
            _ => 0,
        };

        public IEnumerable<KeyValuePair<byte[], double>> Weighted()
        {
            if (value is SetValue set)
            {
                foreach (var member in set.ToList())
                {
                    yield return new(member, Weigh(1));
                }
            }

            for (var node = (value as SortedSetValue)?.Order.First; node is not null; node = node.Next)
            {
                yield return new(node.Member, Weigh(node.Score));
            }
        }

        public double? Find(byte[] member) => value switch
        {
            SortedSetValue sorted when sorted.Scores.TryGet(member, out var score) => Weigh(score),
            SetValue set when set.Contains(member) => Weigh(1),
            _ => null,
        };

        private double Weigh(double score) => Weight * score is var product && double.IsNaN(product) ? 0 : product;
    }
}
