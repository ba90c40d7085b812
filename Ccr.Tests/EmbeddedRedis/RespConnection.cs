using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>A client that sends bytes as they are and reads replies without interpreting them. Every wait ends after 20 seconds.</summary>
internal sealed class RespConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Socket _socket;
    private readonly Stream _stream;

    private RespConnection(Socket socket)
    {
        _socket = socket;
        _stream = new BufferedStream(new NetworkStream(socket, ownsSocket: true), 64 * 1024);
    }

    public static async Task<RespConnection> OpenAsync(EndPoint endpoint)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var unix = endpoint is UnixDomainSocketEndPoint;
        var socket = new Socket(unix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (!unix)
        {
            socket.NoDelay = true;
        }

        await socket.ConnectAsync(endpoint, timeout.Token);
        return new RespConnection(socket);
    }

    /// <summary>A request in multibulk form.</summary>
    public static byte[] Encode(params IEnumerable<byte[]> arguments)
    {
        var parts = arguments.ToList();
        var bytes = new MemoryStream();
        bytes.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*{parts.Count}\r\n")));
        foreach (var part in parts)
        {
            bytes.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${part.Length}\r\n")));
            bytes.Write(part);
            bytes.Write("\r\n"u8);
        }

        return bytes.ToArray();
    }

    public static byte[] Encode(string command) => Encode(command.Split(' ').Select(Encoding.Latin1.GetBytes));

    /// <summary>Sends bytes at once, past all buffers.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, timeout.Token)..];
            }
        }
        catch (SocketException)
        {
            // The server has closed: the next read says so.
        }
    }

    public async Task<RespReply> CallAsync(string command)
    {
        await SendAsync(Encode(command));
        return await ReadAsync();
    }

    /// <summary>The next reply or message.</summary>
    public async Task<RespReply> ReadAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            return await ReadAsync(timeout.Token);
        }
        catch (Exception error) when (error is IOException or EndOfStreamException)
        {
            return RespReply.Closed;
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<RespReply> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        var (kind, text) = (line[0], line[1..]);
        switch (kind)
        {
            case '$' or '=' when text != "-1":
                var payload = new byte[int.Parse(text, CultureInfo.InvariantCulture) + 2];
                await _stream.ReadExactlyAsync(payload, cancellationToken);
                Assert.Equal("\r\n", Encoding.Latin1.GetString(payload.AsSpan()[^2..]));
                return new RespReply(kind, text + ":" + Encoding.Latin1.GetString(payload.AsSpan()[..^2]), []);
            case '*' or '~' or '>' or '%' when text != "-1":
                var children = new RespReply[int.Parse(text, CultureInfo.InvariantCulture) * (kind == '%' ? 2 : 1)];
                for (var i = 0; i < children.Length; i++)
                {
                    children[i] = await ReadAsync(cancellationToken);
                }

                return new RespReply(kind, text, children);
            default:
                Assert.Contains(kind, "+-:,_#$*");
                return new RespReply(kind, text, []);
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, cancellationToken);
            if (one[0] == '\n' && line.Length > 0 && line[^1] == '\r')
            {
                return line.ToString(0, line.Length - 1);
            }

            line.Append((char)one[0]);
        }
    }
}
