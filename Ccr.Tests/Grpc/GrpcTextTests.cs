using Grpc.Core;
using Grpc.Wire;

namespace Ccr.Tests.Grpc;

/// <summary>The small text formats of the protocol.</summary>
public sealed class GrpcTextTests
{
    [Theory]
    [InlineData(0, "1n")]
    [InlineData(-5, "1n")]
    [InlineData(0.2, "1m")]
    [InlineData(1, "1m")]
    [InlineData(250, "250m")]
    [InlineData(999, "999m")]
    [InlineData(1000, "1S")]
    [InlineData(1001, "1010m")]
    [InlineData(1234, "1240m")]
    [InlineData(60_000, "1M")]
    [InlineData(61_000, "61S")]
    [InlineData(3_600_000, "1H")]
    [InlineData(10_001_000, "10100S")]
    public void Timeouts_are_written_with_three_digits_rounded_up(double milliseconds, string expected) =>
        Assert.Equal(expected, GrpcTimeout.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void A_written_timeout_is_never_shorter_than_the_time_left_and_always_readable()
    {
        var random = new Random(4711);
        for (var i = 0; i < 5_000; i++)
        {
            var left = new TimeSpan(random.NextInt64((long)Math.Pow(10, random.Next(1, 19))) + 1);
            var text = GrpcTimeout.Format(left);
            Assert.True(GrpcTimeout.TryParse(text, out var read), text);
            Assert.True(read >= left || text == "99999999H", $"{left} became {text}");
            Assert.True(read.TotalMilliseconds <= (left.TotalMilliseconds * 1.06) + 1 || text == "99999999H", $"{left} became {text}");
        }
    }

    [Theory]
    [InlineData("3H", 3 * 3600_000.0)]
    [InlineData("2M", 120_000.0)]
    [InlineData("7S", 7000.0)]
    [InlineData("8m", 8.0)]
    [InlineData("9u", 0.009)]
    [InlineData("99999999n", 99.9999)]
    public void Timeouts_are_read_in_every_unit(string text, double milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(milliseconds, timeout.TotalMilliseconds, 4);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("empty — text %", "empty %E2%80%94 text %25")]
    [InlineData("two\nlines", "two%0Alines")]
    [InlineData("😀", "%F0%9F%98%80")]
    public void Messages_are_percent_encoded_and_read_back(string text, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(text));
        Assert.Equal(text, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("100%", "100%")]
    [InlineData("%zz", "%zz")]
    [InlineData("%2", "%2")]
    public void A_badly_encoded_message_is_kept(string text, string read) => Assert.Equal(read, StatusMessage.Decode(text));

    [Theory]
    [InlineData("AAH+/w==")]
    [InlineData("AAH+/w")]
    public void Binary_metadata_is_read_with_and_without_padding(string text)
    {
        var metadata = new Metadata();
        MetadataCodec.AddField(metadata, "X-Blob-Bin", text);
        Assert.Equal([0, 1, 254, 255], metadata.GetValueBytes("x-blob-bin")!);
    }

    [Fact]
    public void Binary_values_joined_by_commas_are_taken_apart()
    {
        var metadata = new Metadata();
        MetadataCodec.AddField(metadata, "x-bin", "AA, AQ==");
        Assert.Equal([[0], [1]], metadata.GetAll("x-bin").Select(e => e.ValueBytes));
    }

    [Fact]
    public void Metadata_keys_say_what_they_hold()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x", new byte[1]));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x y", "text"));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));
        Assert.Equal("x-upper", new Metadata.Entry("X-Upper", "v").Key);
    }
}
