using System.Globalization;
using System.Text.RegularExpressions;
using Ccr.Standins.EmbeddedRedis;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>Connections that behave badly or go away, and what they cost.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const int Megabyte = 1024 * 1024;
    private EmbeddedRedisServer _server = null!;
    private RespConnection _client = null!;

    public async Task InitializeAsync()
    {
        var options = new EmbeddedRedisOptions { SubscriberBufferLimit = Megabyte, MaxBulkLength = 8 * Megabyte };
        _server = await EmbeddedRedisServer.StartAsync(options, CancellationToken.None);
        _client = await RespConnection.OpenAsync(_server.Endpoint);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Requests_may_arrive_byte_by_byte()
    {
        byte[] bytes =
        [
            .. RespConnection.Encode("SET"u8.ToArray(), "k"u8.ToArray(), "a\r\n\0$3\r\n"u8.ToArray()), .. RespConnection.Encode("GET k"),
            .. "PING \"in line\"\r\n"u8, .. "*0\r\n"u8, .. RespConnection.Encode("STRLEN k"),
        ];
        foreach (var one in bytes)
        {
            await _client.SendAsync(new[] { one });
        }

        Assert.Equal("+OK", (await _client.ReadAsync()).ToString());
        Assert.Equal("$8:a\\x0d\\x0a\\x00$3\\x0d\\x0a", (await _client.ReadAsync()).ToString());
        Assert.Equal("$7:in line", (await _client.ReadAsync()).ToString());
        Assert.Equal(":8", (await _client.ReadAsync()).ToString());
    }

    [Fact]
    public async Task Garbage_ends_its_own_connection_at_most()
    {
        var random = new Random(7);
        const string Alphabet = "*$+-:0123456789\r\nGETSPIN \"'\\x\0\xff";
        for (var turn = 0; turn < 300; turn++)
        {
            await using var client = await RespConnection.OpenAsync(_server.Endpoint);
            var bytes = new byte[random.Next(1, 200)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = turn % 2 == 0 ? (byte)random.Next(256) : (byte)Alphabet[random.Next(Alphabet.Length)];
            }

            await client.SendAsync(bytes);
        }

        Assert.Equal("+PONG", (await _client.CallAsync("PING")).ToString());
        await Wait.UntilAsync("all others are gone", async () => (await _client.CallAsync("INFO clients")).Text.Contains("connected_clients:1\r", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        const int Count = 20_000;
        var request = new MemoryStream();
        for (var i = 0; i < Count; i++)
        {
            request.Write(RespConnection.Encode(i % 2 == 0 ? "INCR n" : $"ECHO {i}"));
        }

        var sending = _client.SendAsync(request.ToArray());
        for (var i = 0; i < Count; i++)
        {
            var expected = i % 2 == 0 ? $":{(i / 2) + 1}" : string.Create(CultureInfo.InvariantCulture, $"${i.ToString(CultureInfo.InvariantCulture).Length}:{i}");
            Assert.Equal(expected, (await _client.ReadAsync()).ToString());
        }

        await sending;
    }

    [Fact]
    public async Task A_value_of_megabytes_survives()
    {
        var value = new byte[5 * Megabyte];
        new Random(1).NextBytes(value);
        await _client.SendAsync(RespConnection.Encode("SET"u8.ToArray(), "k"u8.ToArray(), value));
        Assert.Equal("+OK", (await _client.ReadAsync()).ToString());
        var reply = await _client.CallAsync("GET k");
        Assert.Equal($"{value.Length}:" + System.Text.Encoding.Latin1.GetString(value), reply.Text);
    }

    [Fact]
    public async Task A_value_that_is_too_long_is_refused_before_it_is_read()
    {
        await _client.SendAsync(System.Text.Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${(8 * Megabyte) + 1}\r\n"));
        Assert.Equal("-ERR Protocol error: invalid bulk length", (await _client.ReadAsync()).ToString());
        Assert.Same(RespReply.Closed, await _client.ReadAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_not_read_from()
    {
        const int Count = 100;
        await _client.SendAsync(RespConnection.Encode("SET"u8.ToArray(), "k"u8.ToArray(), new byte[Megabyte]));
        await _client.ReadAsync();
        await using var slow = await RespConnection.OpenAsync(_server.Endpoint);
        var name = await slow.CallAsync("CLIENT ID");
        for (var i = 0; i < Count; i++)
        {
            await slow.SendAsync(RespConnection.Encode("GET k"));
        }

        await Wait.UntilAsync("the server holds a reply back", async () => await PendingAsync(name.Text) > 0);
        Assert.InRange(await PendingAsync(name.Text), 1, 4 * Megabyte);
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(Megabyte + "1048576:".Length, (await slow.ReadAsync()).Text.Length);
        }
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_is_cut_off_and_the_others_are_not()
    {
        await using var slow = await RespConnection.OpenAsync(_server.Endpoint);
        await using var quick = await RespConnection.OpenAsync(_server.Endpoint);
        await slow.CallAsync("SUBSCRIBE news");
        await quick.CallAsync("SUBSCRIBE news");
        var message = RespConnection.Encode("PUBLISH"u8.ToArray(), "news"u8.ToArray(), new byte[64 * 1024]);
        await Wait.UntilAsync("one receiver is left", async () =>
        {
            await _client.SendAsync(message);
            var receivers = (await _client.ReadAsync()).ToString();
            Assert.Equal("7:message", (await quick.ReadAsync()).Children[0].Text);
            return receivers == ":1";
        });
    }

    [Fact]
    public async Task A_blocked_client_that_leaves_takes_nothing_with_it()
    {
        var leaving = await RespConnection.OpenAsync(_server.Endpoint);
        await leaving.SendAsync(RespConnection.Encode("BLPOP q 0"));
        await Wait.UntilAsync("the call blocks", async () => await BlockedAsync(1));
        await leaving.DisposeAsync();
        await Wait.UntilAsync("its absence is noticed", async () => await BlockedAsync(0));
        await _client.CallAsync("RPUSH q v");
        Assert.Equal("*1[$1:v]", (await _client.CallAsync("LRANGE q 0 -1")).ToString());
    }

    [Fact]
    public async Task Clients_can_be_found_and_killed_by_id_and_address()
    {
        await using var first = await RespConnection.OpenAsync(_server.Endpoint);
        await using var second = await RespConnection.OpenAsync(_server.Endpoint);
        var id = (await first.CallAsync("CLIENT ID")).Text;
        Assert.Contains($"id={id} ", (await _client.CallAsync($"CLIENT LIST ID {id}")).Text, StringComparison.Ordinal);
        Assert.Equal(":1", (await _client.CallAsync($"CLIENT KILL ID {id}")).ToString());
        Assert.Same(RespReply.Closed, await first.ReadAsync());
        var address = Regex.Match((await second.CallAsync("CLIENT INFO")).Text, @"\baddr=(\S+)").Groups[1].Value;
        Assert.Equal("+OK", (await _client.CallAsync($"CLIENT KILL {address}")).ToString());
        Assert.Same(RespReply.Closed, await second.ReadAsync());
    }

    [Fact]
    public async Task Commands_of_many_clients_do_not_mix()
    {
        const int Clients = 20;
        const int Turns = 50;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            await using var client = await RespConnection.OpenAsync(_server.Endpoint);
            for (var i = 0; i < Turns; i++)
            {
                await client.SendAsync((byte[])[.. RespConnection.Encode("MULTI"), .. RespConnection.Encode("INCR n"), .. RespConnection.Encode("DECR n"), .. RespConnection.Encode("INCR total"), .. RespConnection.Encode("EXEC")]);
                for (var reply = 0; reply < 4; reply++)
                {
                    await client.ReadAsync();
                }

                Assert.StartsWith("*3[:1 :0 ", (await client.ReadAsync()).ToString(), StringComparison.Ordinal);
            }
        }));
        Assert.Equal($"{(Clients * Turns).ToString(CultureInfo.InvariantCulture).Length}:{Clients * Turns}", (await _client.CallAsync("GET total")).Text);
    }

    [Fact]
    public async Task Stopping_the_server_closes_connections_and_frees_the_port()
    {
        var port = _server.Endpoint.Port;
        await _client.SendAsync(RespConnection.Encode("BLPOP q 0"));
        await using var idle = await RespConnection.OpenAsync(_server.Endpoint);
        await _server.DisposeAsync();
        Assert.Same(RespReply.Closed, await _client.ReadAsync());
        Assert.Same(RespReply.Closed, await idle.ReadAsync());
        await using var next = await EmbeddedRedisServer.StartAsync(new EmbeddedRedisOptions { Port = port }, CancellationToken.None);
        Assert.Equal(port, next.Endpoint.Port);
    }

    private async Task<bool> BlockedAsync(int count) => (await _client.CallAsync("INFO clients")).Text.Contains($"blocked_clients:{count}", StringComparison.Ordinal);

    private async Task<long> PendingAsync(string id) =>
        long.Parse(Regex.Match((await _client.CallAsync($"CLIENT LIST ID {id}")).Text, @"\bomem=(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
}
