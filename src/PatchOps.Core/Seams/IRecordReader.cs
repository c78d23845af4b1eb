using PatchOps.Core.Intake.Records;

namespace PatchOps.Core.Seams;

/// <summary>Reads tables and lists of objects as rows of text. Laws: it streams; a row that cannot be read is a row with its failure; the rest is kept.</summary>
public interface IRecordReader
{
    /// <exception cref="Domain.FailureException">The file as a whole cannot be used.</exception>
    IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken);
}
