using PatchOps.Adapters.Transports;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>Connections are lent, kept for the next, and bounded.</summary>
public sealed class WarmTransportsTests
{
    private readonly List<string> opened = [];
    private readonly List<string> closed = [];

    [Fact]
    public async Task A_connection_that_was_given_back_is_lent_again_and_closed_at_the_end()
    {
        var warm = new WarmTransports(2);
        var first = Lend(warm, "a");
        await first.DisposeAsync();
        var second = Lend(warm, "a");
        Assert.True((await second.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(1)), default)).Succeeded);
        Assert.Equal(["a"], opened);
        Assert.Empty(closed);
        await warm.DisposeAsync();
        Assert.Equal(["a"], closed);
        // Who still held it gives it back into nothing.
        await second.DisposeAsync();
        Assert.Equal(["a"], closed);
    }

    [Fact]
    public async Task What_is_unused_longest_is_closed_first_and_what_is_in_use_never()
    {
        await using var warm = new WarmTransports(2);
        var used = Lend(warm, "used");
        foreach (var name in new[] { "a", "b", "c" }) await Lend(warm, name).DisposeAsync();
        Assert.Equal(["a"], closed);
        // Given back twice counts once: the second user still has it.
        var again = Lend(warm, "used");
        await used.DisposeAsync();
        await used.DisposeAsync();
        foreach (var name in new[] { "d", "e" }) await Lend(warm, name).DisposeAsync();
        Assert.Equal(["a", "b", "c"], closed);
        await again.DisposeAsync();
        Assert.Equal(["a", "b", "c", "d"], closed);
    }

    private IHostTransport Lend(WarmTransports warm, string name) => warm.Lend(name, () =>
    {
        opened.Add(name);
        return new Counted(name, closed);
    });

    private sealed class Counted(string name, List<string> closed) : IHostTransport
    {
        public string Host => name;

        public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => Task.FromResult(CommandResult.Finished(0, "", "", TimeSpan.Zero));

        public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync()
        {
            closed.Add(name);
            return ValueTask.CompletedTask;
        }
    }
}
