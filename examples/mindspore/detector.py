"""A detector of one scale: boxes and scores of every cell, the best of them, and which overlap no better one."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import nn, ops


class Detector(nn.Cell):
    def __init__(self, channels=3, filters=16, kept=40, overlap=0.5):
        super().__init__()
        self.backbone = nn.SequentialCell(nn.Conv2d(channels, filters, 3, 2, pad_mode="same"), nn.BatchNorm2d(filters), nn.LeakyReLU(0.1),
                                          nn.Conv2d(filters, 2 * filters, 3, 2, pad_mode="same"), nn.BatchNorm2d(2 * filters), nn.LeakyReLU(0.1))
        self.head = nn.Conv2d(2 * filters, 5, 1)
        self.top = ops.TopK(sorted=True)
        self.suppress = ops.NMSWithMask(overlap)
        self.kept = kept

    def construct(self, image):
        grid = self.head(self.backbone(image))
        rows, columns = grid.shape[2:]
        center = ops.sigmoid(grid[0, :2]) + ops.stack(ops.meshgrid(ops.arange(columns), ops.arange(rows))).astype(ms.float32)
        half = ops.exp(grid[0, 2:4])
        boxes = ops.concat((center - half, center + half)).reshape((4, -1)).T
        scores, order = self.top(ops.sigmoid(grid[0, 4]).reshape((-1,)), self.kept)
        found = ops.concat((ops.gather(boxes, order, 0), scores.expand_dims(1)), 1)
        return self.suppress(found)


def network():
    return zoo.trained(Detector())


def inputs(random):
    return [ms.Tensor(random.normal(0, 1, (1, 3, 64, 48)).astype(np.float32))]


if __name__ == "__main__":
    zoo.show(__file__)
