using System.IO.Pipelines;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Wire;

namespace Grpc.Client;

/// <summary>
/// One call on the client. It ends once, with one status: the service's, the connection's, or the caller's own (token, deadline,
/// Dispose), whichever is first; ending it by our own side resets the HTTP/2 stream.
/// </summary>
internal sealed class HttpClientCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly GrpcChannel _channel;
    private readonly Method<TRequest, TResponse> _method;
    private readonly HttpRequestMessage _request;
    private readonly string? _requestEncoding;
    private readonly DateTime _deadline;
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Status> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration[]? _registrations;
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private Task _started = Task.CompletedTask;
    private HttpResponseMessage? _response;
    private MessageReader? _reader;
    private Status? _status;
    private bool _byCaller;
    private Metadata _trailers = Metadata.Empty;

    public HttpClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        _channel = channel;
        _method = method;
        Options = options;
        Ended = _ended.Token;
        _deadline = options.Deadline ?? DateTime.MaxValue;
        if (_deadline.Kind != DateTimeKind.Utc && _deadline != DateTime.MaxValue && _deadline != DateTime.MinValue)
        {
            throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");
        }

        _requestEncoding = options.Headers?.GetValue(GrpcHeader.RequestEncoding);
        if (_requestEncoding is not (null or CompressionSet.Identity) && channel.Compression.Find(_requestEncoding) is null)
        {
            throw new InvalidOperationException($"Could not find compression provider for '{_requestEncoding}'.");
        }

        _request = CreateRequest(host);
        _registrations =
        [
            options.CancellationToken.UnsafeRegister(static call => ((HttpClientCall<TRequest, TResponse>)call!).CancelByCaller(), this),
            channel.Disposed.UnsafeRegister(static call => ((HttpClientCall<TRequest, TResponse>)call!).Cancel(new Status(StatusCode.Cancelled, "Channel disposed."), byCaller: true), this),
        ];
        if (Ended.IsCancellationRequested)
        {
            ReleaseTokens();
        }
    }

    public CallOptions Options { get; }

    /// <summary>Fires when the call is over, for whatever reason.</summary>
    public CancellationToken Ended { get; }

    public Task<Metadata> ResponseHeaders => _headers.Task;

    public void Start(HttpContent content)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", GrpcHeader.ContentType);
        _request.Content = content;
        ArmDeadline();
        _started = StartAsync();
    }

    public MessageFrame Frame(TRequest message, WriteOptions? options)
    {
        var plain = options?.Flags.HasFlag(WriteFlags.NoCompress) ?? false;
        return MessageFrame.Create(message, _method.RequestMarshaller, plain ? null : _channel.Compression.Find(_requestEncoding), level: null, _channel.Options.MaxSendMessageSize);
    }

    /// <summary>The one reply of the call.</summary>
    public async Task<TResponse> ReadSingleAsync()
    {
        var reply = await ReadNextAsync().ConfigureAwait(false);
        if (reply is null)
        {
            // A status of OK needs a message.
            throw Error(new Status(StatusCode.Internal, "Failed to deserialize response message."));
        }

        return await ReadNextAsync().ConfigureAwait(false) is null
            ? reply
            : throw Fail(new Status(StatusCode.Internal, "Unexpected data after finished reading message."));
    }

    /// <summary>The next reply; null after the last, when the call ended well. Throws when it did not.</summary>
    public async Task<TResponse?> ReadNextAsync()
    {
        await _started.ConfigureAwait(false);
        if (_reader is null || Ended.IsCancellationRequested)
        {
            var status = await _finished.Task.ConfigureAwait(false);
            return status.StatusCode == StatusCode.OK ? null : throw Error(status);
        }

        try
        {
            var received = await _reader.ReadAsync(_method.ResponseMarshaller, Ended).ConfigureAwait(false);
            if (received.TryGet(out var message))
            {
                return message;
            }
        }
        catch (Exception e)
        {
            throw Fail(FromException("Error reading next message.", e));
        }

        _reader.Complete();
        var end = ResponseStatus.Read(_response!.TrailingHeaders) ?? ResponseStatus.Read(_response.Headers) ?? new Status(StatusCode.Cancelled, "No grpc-status found on response.");
        Finish(end, ResponseStatus.ReadMetadata(_response.TrailingHeaders));
        end = await _finished.Task.ConfigureAwait(false);
        return end.StatusCode == StatusCode.OK ? null : throw Error(end);
    }

    public void CancelByCaller() => Cancel(new Status(StatusCode.Cancelled, "Call canceled by the client."), byCaller: true);

    /// <summary>What to throw from a write that failed: how the call ended, if it has.</summary>
    public async Task<Exception> WriteErrorAsync(Exception exception)
    {
        // A service may answer before it has read all; then its answer is the reason, and it is already on its way.
        await _started.ConfigureAwait(false);
        if (_finished.Task.IsCompleted || _method.Type == MethodType.ClientStreaming)
        {
            var status = await _finished.Task.ConfigureAwait(false);
            return status.StatusCode == StatusCode.OK
                ? new InvalidOperationException("Can't write the message because the call is complete.", exception)
                : Error(status);
        }

        return Error(FromException("Error writing message.", exception));
    }

    public Status GetStatus() => _finished.Task.IsCompletedSuccessfully
        ? _finished.Task.Result
        : throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    public Metadata GetTrailers() => _finished.Task.IsCompletedSuccessfully
        ? _trailers
        : throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");

    public void Dispose() => Cancel(new Status(StatusCode.Cancelled, "gRPC call disposed."), byCaller: true);

    private HttpRequestMessage CreateRequest(string? host)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_channel.Address, _method.FullName))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = host;
        var headers = request.Headers;
        headers.TryAddWithoutValidation("TE", "trailers");
        headers.TryAddWithoutValidation("User-Agent", "grpc-dotnet-ccr/1.0");
        headers.TryAddWithoutValidation(GrpcHeader.AcceptEncoding, _channel.Compression.AcceptHeader);
        if (_requestEncoding is not (null or CompressionSet.Identity))
        {
            headers.TryAddWithoutValidation(GrpcHeader.Encoding, _requestEncoding);
        }

        foreach (var entry in Options.Headers ?? Metadata.Empty)
        {
            if (!GrpcHeader.IsReserved(entry.Key))
            {
                headers.TryAddWithoutValidation(entry.Key, MetadataCodec.Encode(entry));
            }
        }

        return request;
    }

    private void ArmDeadline()
    {
        if (_deadline == DateTime.MaxValue)
        {
            return;
        }

        var left = _deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        _request.Headers.TryAddWithoutValidation(GrpcHeader.Timeout, GrpcTimeout.Format(left));
        if (left <= TimeSpan.Zero)
        {
            Expire();
        }
        else if (left.TotalMilliseconds < int.MaxValue)
        {
            lock (_lock)
            {
                _timer = TimeProvider.System.CreateTimer(static call => ((HttpClientCall<TRequest, TResponse>)call!).Expire(), this, left, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Expire() => Cancel(new Status(StatusCode.DeadlineExceeded, ""), byCaller: true);

    private async Task StartAsync()
    {
        try
        {
            Ended.ThrowIfCancellationRequested();
            var response = await _channel.SendAsync(_request, Ended).ConfigureAwait(false);
            lock (_lock)
            {
                _response = response;
                if (_status is not null)
                {
                    response.Dispose();
                    return;
                }
            }

            var status = ResponseStatus.Read(response.Headers) ?? ResponseStatus.Check(response);
            var headers = ResponseStatus.ReadMetadata(response.Headers);
            if (status is { } early)
            {
                _headers.TrySetResult(headers);
                Finish(early, headers);
                return;
            }

            var encoding = response.Headers.NonValidated.TryGetValues(GrpcHeader.Encoding, out var values) ? values.ToString() : null;
            var body = PipeReader.Create(await response.Content.ReadAsStreamAsync(Ended).ConfigureAwait(false), new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
            _reader = new MessageReader(body, encoding, _channel.Compression, _channel.Options.MaxReceiveMessageSize);
            _headers.TrySetResult(headers);
        }
        catch (Exception e)
        {
            _ = Fail(FromException("Error starting gRPC call.", e));
        }
    }

    private Status FromException(string what, Exception exception)
    {
        // A service that sees the deadline first may reset the stream; that is the deadline all the same.
        var status = ResponseStatus.FromException(what, exception);
        return status.StatusCode is StatusCode.Cancelled or StatusCode.Internal && _deadline <= TimeProvider.System.GetUtcNow().UtcDateTime
            ? new Status(StatusCode.DeadlineExceeded, "", exception)
            : status;
    }

    private Exception Fail(Status status)
    {
        Finish(status, Metadata.Empty);
        lock (_lock)
        {
            return Error(_status!.Value);
        }
    }

    private Exception Error(Status status) => _byCaller && _channel.Options.ThrowOperationCanceledOnCancellation
        ? new OperationCanceledException(status.Detail.Length > 0 ? status.Detail : status.StatusCode.ToString(), new RpcException(status, _trailers), Options.CancellationToken)
        : new RpcException(status, _trailers);

    private void Cancel(Status status, bool byCaller) => Finish(status, Metadata.Empty, byCaller);

    /// <summary>Ends the call if it has not ended, and frees what it holds.</summary>
    private void Finish(Status status, Metadata trailers, bool byCaller = false)
    {
        lock (_lock)
        {
            if (_status is not null)
            {
                return;
            }

            _status = status;
            _byCaller = byCaller;
            _trailers = trailers;
        }

        _finished.SetResult(status);
        _headers.TrySetException(Error(status));
        _ = _headers.Task.Exception; // Nobody has to look at the headers.
        _ended.Cancel();
        _timer?.Dispose();
        ReleaseTokens();
        _response?.Dispose();
    }

    private void ReleaseTokens()
    {
        // Null while the constructor still runs, when a token had fired before.
        foreach (var registration in _registrations ?? [])
        {
            registration.Unregister();
        }
    }
}
