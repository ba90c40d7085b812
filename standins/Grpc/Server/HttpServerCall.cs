using System.Globalization;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Grpc.Server;

/// <summary>
/// One call on the server. It ends once, by whoever comes first: the handler, or the deadline. The loser leaves the response alone.
/// </summary>
internal sealed partial class HttpServerCall : ServerCallContext, IDisposable
{
    /// <summary>How long the end of a reply may take when the deadline has passed and the caller no longer reads.</summary>
    private static readonly TimeSpan CompletionLimit = TimeSpan.FromSeconds(1);

    private static readonly AuthContext Unauthenticated = new(null, []);

    private readonly ServerSettings _settings;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _response = new(1, 1);
    private readonly CancellationTokenSource? _expired;
    private readonly CancellationToken _cancellation;
    private readonly ITimer? _timer;
    private readonly TaskCompletionSource _deadlineHandled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ICompressionProvider? _compression;
    private Metadata? _requestHeaders;
    private Metadata? _trailers;
    private Status _status = Status.DefaultSuccess;
    private int _ended;
    private int _writing;

    public HttpServerCall(HttpContext http, ServerSettings settings, ILogger logger)
    {
        Http = http;
        _settings = settings;
        _logger = logger;
        Requests = new MessageReader(http.Request.BodyReader, (string?)http.Request.Headers[GrpcHeader.Encoding], settings.Compression, settings.MaxReceiveMessageSize);
        http.Response.ContentType = GrpcHeader.ContentType;
        ChooseEncoding(settings.ResponseEncoding);

        _cancellation = http.RequestAborted;
        if (GrpcTimeout.TryParse((string?)http.Request.Headers[GrpcHeader.Timeout], out var timeout))
        {
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            Deadline = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
            _expired = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            _cancellation = _expired.Token;

            // No call lasts longer than a timer can wait (24 days).
            if (timeout.TotalMilliseconds < int.MaxValue)
            {
                _timer = TimeProvider.System.CreateTimer(static call => _ = ((HttpServerCall)call!).ExpireAsync(), this, timeout, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }
    }

    public HttpContext Http { get; }

    public MessageReader Requests { get; }

    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    public new DateTime Deadline { get; } = DateTime.MaxValue;

    protected override string MethodCore => Http.Request.Path.Value!;

    protected override string HostCore => Http.Request.Host.Value ?? "";

    protected override string PeerCore => Http.Connection switch
    {
        { RemoteIpAddress: null } => "unknown",
        { RemoteIpAddress: { AddressFamily: AddressFamily.InterNetworkV6 } ip, RemotePort: var port } => string.Create(CultureInfo.InvariantCulture, $"ipv6:[{ip}]:{port}"),
        { RemoteIpAddress: var ip, RemotePort: var port } => string.Create(CultureInfo.InvariantCulture, $"ipv4:{ip}:{port}"),
    };

    protected override DateTime DeadlineCore => Deadline;

    protected override CancellationToken CancellationTokenCore => _cancellation;

    protected override Metadata ResponseTrailersCore => _trailers ??= [];

    protected override Status StatusCore
    {
        get => _status;
        set => _status = value;
    }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => Unauthenticated;

    protected override IDictionary<object, object> UserStateCore => Http.Items!;

    protected override Metadata RequestHeadersCore
    {
        get
        {
            if (_requestHeaders is null)
            {
                _requestHeaders = [];
                foreach (var (name, values) in Http.Request.Headers)
                {
                    foreach (var value in values)
                    {
                        MetadataCodec.AddField(_requestHeaders, name, value);
                    }
                }
            }

            return _requestHeaders;
        }
    }

    /// <summary>Runs the call to its end, whatever the handler does.</summary>
    public async Task RunAsync(Func<HttpServerCall, Task> handle)
    {
        Exception? error = null;
        try
        {
            await handle(this).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
        }

        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            if (error is not null)
            {
                TakeError(error);
            }

            await _response.WaitAsync().ConfigureAwait(false);
            WriteStatus(_status, _trailers);
            _response.Release();
        }
        else
        {
            // The deadline came first: the response is its business, and the request must outlive it.
            await _deadlineHandled.Task.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _expired?.Dispose();
        _response.Dispose();
    }

    /// <summary>Client streams may take as long and grow as large as they like.</summary>
    public void LiftRequestLimits()
    {
        if (Http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        if (Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
    }

    /// <summary>Reads the one request of the call, and that nothing follows it.</summary>
    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
    {
        var received = await Requests.ReadAsync(marshaller, _cancellation).ConfigureAwait(false);
        if (!received.TryGet(out var message))
        {
            throw new RpcException(new Status(StatusCode.Internal, MessageReader.Incomplete));
        }

        return await Requests.IsAtEndAsync(_cancellation).ConfigureAwait(false)
            ? message
            : throw new RpcException(new Status(StatusCode.Internal, "Additional data after the message received."));
    }

    /// <summary>Writes the one reply of the call; it leaves together with the trailers where it is small.</summary>
    public Task WriteSingleAsync<T>(T? message, Marshaller<T> marshaller)
        where T : class =>
        message is null
            ? throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."))
            : WriteAsync(message, marshaller, (WriteOptions?.Flags ?? WriteFlags.None) | WriteFlags.BufferHint, _cancellation);

    /// <summary>Writes one of the replies of the call.</summary>
    public async Task WriteStreamedAsync<T>(T message, Marshaller<T> marshaller, WriteFlags flags, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _writing, 1) == 1)
        {
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        }

        try
        {
            using var linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellation) : null;
            await WriteAsync(message, marshaller, flags, linked?.Token ?? _cancellation).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (Http.Response.HasStarted)
        {
            throw new InvalidOperationException("Response headers can only be sent once per call.");
        }

        foreach (var entry in responseHeaders)
        {
            if (entry.Key == GrpcHeader.RequestEncoding)
            {
                ChooseEncoding(entry.Value);
            }
            else if (!GrpcHeader.IsReserved(entry.Key))
            {
                Http.Response.Headers[entry.Key] = StringValues.Concat(Http.Response.Headers[entry.Key], MetadataCodec.Encode(entry));
            }
        }

        await _response.WaitAsync(_cancellation).ConfigureAwait(false);
        try
        {
            await Http.Response.BodyWriter.FlushAsync(_cancellation).ConfigureAwait(false);
        }
        finally
        {
            _response.Release();
        }
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Pass Deadline and CancellationToken on to the calls made for this one.");

    private async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteFlags flags, CancellationToken cancellationToken)
    {
        using var frame = MessageFrame.Create(
            message,
            marshaller,
            flags.HasFlag(WriteFlags.NoCompress) ? null : _compression,
            _settings.ResponseCompressionLevel,
            _settings.MaxSendMessageSize);
        await _response.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (HasEnded)
            {
                throw new InvalidOperationException("Can't write the message because the request is complete.");
            }

            if (!Http.Response.HasStarted)
            {
                await Http.Response.StartAsync(cancellationToken).ConfigureAwait(false);
            }

            await Http.Response.BodyWriter.WriteOrBufferAsync(frame.Bytes, flags.HasFlag(WriteFlags.BufferHint), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _response.Release();
        }
    }

    private void ChooseEncoding(string? wanted)
    {
        var accepted = ((string?)Http.Request.Headers[GrpcHeader.AcceptEncoding] ?? "").Split(',', StringSplitOptions.TrimEntries);
        _compression = accepted.Contains(wanted) ? _settings.Compression.Find(wanted) : null;
        Http.Response.Headers[GrpcHeader.Encoding] = _compression?.EncodingName ?? CompressionSet.Identity;
    }

    private void TakeError(Exception exception)
    {
        if (exception is RpcException error)
        {
            Log.ErrorStatus(_logger, error.StatusCode, MethodCore, error.Status.Detail);
            foreach (var entry in error.Trailers)
            {
                ResponseTrailers.Add(entry);
            }

            _status = new Status(error.StatusCode, error.Status.Detail);
            if (error is UnknownEncodingException && !Http.Response.HasStarted)
            {
                Http.Response.Headers[GrpcHeader.AcceptEncoding] = _settings.Compression.AcceptHeader;
            }

            return;
        }

        if (_cancellation.IsCancellationRequested)
        {
            Log.GivenUp(_logger, MethodCore);
        }
        else
        {
            Log.HandlerFailed(_logger, exception, MethodCore);
        }

        _status = new Status(StatusCode.Unknown, _settings.DetailedErrors
            ? $"Exception was thrown by handler. {exception.GetType().Name}: {exception.Message}"
            : "Exception was thrown by handler.");
    }

    private void WriteStatus(Status status, Metadata? trailers)
    {
        if (!Http.Response.HasStarted)
        {
            StatusWriter.Write(Http.Response.Headers, status, trailers);
        }
        else if (Http.Features.Get<IHttpResponseTrailersFeature>() is { Trailers.IsReadOnly: false } feature)
        {
            StatusWriter.Write(feature.Trailers, status, trailers);
        }
    }

    private async Task ExpireAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        try
        {
            // The handler's pending write, if any, ends by this, and the response becomes free.
            _ = _expired!.CancelAsync();
            await _response.WaitAsync().ConfigureAwait(false);
            // The handler may still be adding to its trailers: they stay behind.
            WriteStatus(new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), trailers: null);
            Log.DeadlineExceeded(_logger, MethodCore);
            await Http.Response.CompleteAsync().WaitAsync(CompletionLimit).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The caller is gone or does not read: the reset below is all that is left to do.
            Log.EndNotSent(_logger, e, MethodCore);
        }
        finally
        {
            const int NoError = 0;
            Http.Features.Get<IHttpResetFeature>()?.Reset(NoError);
            _deadlineHandled.SetResult();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Error when executing service method '{Method}'.")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string method);

        [LoggerMessage(2, LogLevel.Debug, "Call of '{Method}' ended with {StatusCode}: {Detail}")]
        public static partial void ErrorStatus(ILogger logger, StatusCode statusCode, string method, string detail);

        [LoggerMessage(3, LogLevel.Debug, "Call of '{Method}' was given up by the caller.")]
        public static partial void GivenUp(ILogger logger, string method);

        [LoggerMessage(4, LogLevel.Debug, "Call of '{Method}' reached its deadline.")]
        public static partial void DeadlineExceeded(ILogger logger, string method);

        [LoggerMessage(5, LogLevel.Debug, "The end of the call of '{Method}' could not be sent.")]
        public static partial void EndNotSent(ILogger logger, Exception exception, string method);
    }
}
