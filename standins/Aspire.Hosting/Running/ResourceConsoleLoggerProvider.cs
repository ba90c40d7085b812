using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Running;

/// <summary>Sends the AppHost's own log lines through the console of the resources.</summary>
internal sealed class ResourceConsoleLoggerProvider(ResourceConsole console) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(console);

    public void Dispose()
    {
    }

    private sealed class Logger(ResourceConsole console) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var level = logLevel >= LogLevel.Warning ? $"{logLevel.ToString().ToLowerInvariant()}: " : "";
            var cause = exception is null ? "" : $" ({exception.Message})";
            console.Line(ResourceConsole.Host, $"{level}{formatter(state, exception)}{cause}");
        }
    }
}
