using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>Signs in to Redis and sends PING on a connection of its own.</summary>
internal sealed class RedisHealthCheck(RedisResource redis) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var host = redis.External?.Host ?? redis.PrimaryEndpoint.Host;
        var port = redis.External?.Port ?? redis.PrimaryEndpoint.Port;
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            await using Stream stream = redis.External is { Tls: true } ? await SecureAsync(socket, host, limit.Token).ConfigureAwait(false) : new NetworkStream(socket);
            if (redis.PasswordParameter is { } password
                && await SendAsync(stream, redis.External?.User is { } user ? ["AUTH", user, password.Value] : ["AUTH", password.Value], limit.Token).ConfigureAwait(false) is var auth
                && auth != "+OK")
            {
                return HealthCheckResult.Unhealthy($"Redis at {host}:{port} refused the password: {auth.TrimStart('-')}");
            }

            var reply = await SendAsync(stream, ["PING"], limit.Token).ConfigureAwait(false);
            return reply == "+PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"Redis at {host}:{port} answered PING with {reply.TrimStart('-')}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"Redis at {host}:{port} had no answer in {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return HealthCheckResult.Unhealthy($"Redis at {host}:{port} is not reachable: {e.Message}");
        }
    }

    private static async Task<Stream> SecureAsync(Socket socket, string host, CancellationToken cancellationToken)
    {
        var secure = new SslStream(new NetworkStream(socket));
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancellationToken).ConfigureAwait(false);
        return secure;
    }

    /// <summary>One command, one simple reply line (both AUTH and PING answer so).</summary>
    private static async Task<string> SendAsync(Stream stream, string[] command, CancellationToken cancellationToken)
    {
        var text = new StringBuilder($"*{command.Length}\r\n");
        foreach (var part in command)
        {
            text.Append('$').Append(Encoding.UTF8.GetByteCount(part)).Append("\r\n").Append(part).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken).ConfigureAwait(false);
        var buffer = new byte[512];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                return Encoding.UTF8.GetString(buffer, 0, end);
            }

            if (read == 0)
            {
                throw new IOException("the connection was closed");
            }
        }

        throw new IOException("the reply is no Redis reply");
    }
}
