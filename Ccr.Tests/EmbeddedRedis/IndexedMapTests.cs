using System.Text;
using Ccr.Standins.EmbeddedRedis.Data;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>The promise of SCAN: what is there from the beginning of a scan to its end is returned.</summary>
public sealed class IndexedMapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_scan_returns_what_stays_however_the_rest_changes(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var map = new IndexedMap<int>();
            var stays = new HashSet<string>();
            for (var i = 0; i < 50; i++)
            {
                map.Set(Key(i), i);
                stays.Add("k" + i);
            }

            var seen = new HashSet<string>();
            var cursor = 0UL;
            var steps = 0;
            do
            {
                cursor = map.Scan(cursor, random.Next(1, 8), entry => seen.Add(Encoding.ASCII.GetString(entry.Key)));
                for (var change = random.Next(6); change > 0; change--)
                {
                    var i = random.Next(100);
                    if (random.Next(2) == 0)
                    {
                        map.Remove(Key(i));
                        stays.Remove("k" + i);
                    }
                    else
                    {
                        map.Set(Key(i), i);
                    }
                }

                Assert.True(++steps < 1000);
            }
            while (cursor != 0);
            Assert.Subset(seen, stays);
        }
    }

    [Fact]
    public void Ordered_removal_keeps_the_order_of_insertion()
    {
        var map = new IndexedMap<int>();
        foreach (var i in new[] { 5, 3, 9, 1, 7 })
        {
            map.Set(Key(i), i);
        }

        map.Remove(Key(9), keepOrder: true);
        map.Set(Key(2), 2);
        map.Set(Key(5), 50);
        Assert.Equal([50, 3, 1, 7, 2], map.Entries.ToArray().Select(e => e.Value));
        Assert.True(map.TryGet(Key(7), out var seven));
        Assert.Equal(7, seven);
    }

    private static byte[] Key(int number) => Encoding.ASCII.GetBytes("k" + number);
}
