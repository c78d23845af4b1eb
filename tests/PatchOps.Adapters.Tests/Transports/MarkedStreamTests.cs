using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PatchOps.Adapters.Transports;

namespace PatchOps.Adapters.Tests.Transports;

public sealed class MarkedStreamTests
{
    private static readonly byte[] Mark = "poMARK"u8.ToArray();

    [Fact]
    public void However_the_bytes_arrive_each_command_gets_what_lies_between_its_marks()
    {
        var pieces = ArbMap.Default.GeneratorFor<byte[][]>();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(pieces.Zip(Gen.Choose(1, 40)).ToArbitrary(), given =>
        {
            var (outputs, step) = given;
            var whole = outputs.Select(o => o ?? []).SelectMany((o, i) => (byte[])[.. o, .. Mark, .. Encoding.ASCII.GetBytes($" {i}\n")]).ToArray();
            var marked = new MarkedStream(new Dribble(whole, step));
            for (var i = 0; i < outputs.Length; i++)
            {
                var (before, after) = marked.ReadToAsync(Mark, default).GetAwaiter().GetResult();
                Assert.Equal(outputs[i] ?? [], before);
                Assert.Equal($"{i}", after);
            }
            Assert.Null(marked.ReadToAsync(Mark, default).GetAwaiter().GetResult().After);
        }));
    }

    [Fact]
    public async Task A_stream_that_ends_early_gives_what_it_said()
    {
        var (before, after) = await new MarkedStream(new Dribble("Connection closed poMAR"u8.ToArray(), 5)).ReadToAsync(Mark, default);
        Assert.Equal("Connection closed poMAR", Encoding.ASCII.GetString(before));
        Assert.Null(after);
    }

    [Fact]
    public async Task Output_without_end_is_not_kept_and_the_next_mark_is_found()
    {
        var pipe = new Pipe();
        var marked = new MarkedStream(pipe.Reader.AsStream());
        var reading = marked.ReadToAsync(Mark, default);
        var block = new byte[1024 * 1024];
        for (var i = 0; i < 20; i++) await pipe.Writer.WriteAsync(block);
        await pipe.Writer.WriteAsync("poMARK 3\n"u8.ToArray());
        var (before, after) = await reading;
        Assert.Equal((LocalProcess.StreamLimit, "3"), (before.Length, after));
    }

    /// <summary>Gives a few bytes with each read.</summary>
    private sealed class Dribble(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
