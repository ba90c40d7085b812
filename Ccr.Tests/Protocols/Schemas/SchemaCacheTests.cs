using System.Text;
using Ccr.Protocols.Schemas;

namespace Ccr.Tests.Protocols.Schemas;

public class SchemaCacheTests
{
    [Fact]
    public void A_schema_is_found_by_its_bytes_its_target_and_its_root()
    {
        var cache = new SchemaCache(10_000);
        cache.Add("{\"a\":1}"u8, SchemaTarget.OpenAI, false, "{\"b\":2}"u8);
        Assert.Equal("{\"b\":2}"u8.ToArray(), cache.Find("{\"a\":1}"u8, SchemaTarget.OpenAI, false));
        Assert.Null(cache.Find("{\"a\":2}"u8, SchemaTarget.OpenAI, false));
        Assert.Null(cache.Find("{\"a\":1}"u8, SchemaTarget.Anthropic, false));
        Assert.Null(cache.Find("{\"a\":1}"u8, SchemaTarget.OpenAI, true));
    }

    [Fact]
    public void What_is_asked_for_stays_and_what_is_not_goes()
    {
        var cache = new SchemaCache(10_000);
        cache.Add("kept"u8, SchemaTarget.OpenAI, false, "yes"u8);
        for (var i = 0; i < 200; i++)
        {
            cache.Add(Encoding.UTF8.GetBytes($"other {i}"), SchemaTarget.OpenAI, false, "no"u8);
            Assert.NotNull(cache.Find("kept"u8, SchemaTarget.OpenAI, false));
        }

        Assert.Null(cache.Find("other 0"u8, SchemaTarget.OpenAI, false));
        Assert.NotNull(cache.Find("other 199"u8, SchemaTarget.OpenAI, false));
    }

    [Fact]
    public void A_schema_larger_than_a_quarter_of_the_room_is_not_kept()
    {
        var cache = new SchemaCache(10_000);
        cache.Add(new byte[2500], SchemaTarget.OpenAI, false, "x"u8);
        Assert.Null(cache.Find(new byte[2500], SchemaTarget.OpenAI, false));
    }
}
