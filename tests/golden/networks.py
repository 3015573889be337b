# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks in PyTorch, by torchvision and timm where they have them, with our parameters' names."""
import timm
import torchvision
from torch import nn
from torch.nn import functional as F

CLASSES = 10


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, CLASSES)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class BasicBlock(nn.Module):
    """The shortcut has no parameters: every second pixel, and zeros for the channels that are new, half of them below."""

    def __init__(self, n_in, n_out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(n_out)
        self.new_channels = n_out - n_in

    def forward(self, x):
        shortcut = x
        if self.new_channels:
            half = self.new_channels // 2
            shortcut = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, half))
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + shortcut)


class ResNetCifar(nn.Module):
    """Three layers of @n blocks: 3 makes ResNet-20, 9 ResNet-56."""

    def __init__(self, n):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.make_layer(n, 16, 16, 1)
        self.layer2 = self.make_layer(n, 16, 32, 2)
        self.layer3 = self.make_layer(n, 32, 64, 2)
        self.linear = nn.Linear(64, CLASSES)

    @staticmethod
    def make_layer(n, n_in, n_out, stride):
        return nn.Sequential(BasicBlock(n_in, n_out, stride), *[BasicBlock(n_out, n_out, 1) for _ in range(n - 1)])

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class ConvNorm(nn.Module):
    def __init__(self, n_in, n_out, kernel):
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, kernel, 1, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(n_out)

    def forward(self, x):
        return F.relu6(self.bn(self.conv(x)))


class InvertedResidual(nn.Module):
    """Expand by 1x1, filter each channel by 3x3, project by 1x1 without an activation; added where shapes allow."""

    def __init__(self, n_in, factor, n_out, stride):
        super().__init__()
        inner = n_in * factor
        self.expand = nn.Conv2d(n_in, inner, 1, bias=False)
        self.expand_bn = nn.BatchNorm2d(inner)
        self.depthwise = nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False)
        self.depthwise_bn = nn.BatchNorm2d(inner)
        self.project = nn.Conv2d(inner, n_out, 1, bias=False)
        self.project_bn = nn.BatchNorm2d(n_out)
        self.residual = stride == 1 and n_in == n_out

    def forward(self, x):
        y = F.relu6(self.expand_bn(self.expand(x)))
        y = F.relu6(self.depthwise_bn(self.depthwise(y)))
        y = self.project_bn(self.project(y))
        return x + y if self.residual else y


class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 16, 3)
        self.stage1 = nn.Sequential(InvertedResidual(16, 2, 16, 1))
        self.stage2 = nn.Sequential(InvertedResidual(16, 3, 24, 2), InvertedResidual(24, 3, 24, 1))
        self.stage3 = nn.Sequential(InvertedResidual(24, 3, 40, 2), InvertedResidual(40, 3, 40, 1))
        self.stage4 = nn.Sequential(InvertedResidual(40, 3, 64, 2), InvertedResidual(64, 3, 64, 1))
        self.last = ConvNorm(64, 128, 1)
        self.head = nn.Linear(128, CLASSES)

    def forward(self, x):
        x = self.stage4(self.stage3(self.stage2(self.stage1(self.stem(x)))))
        return self.head(self.last(x).mean((2, 3)))


class SameConv(nn.Conv2d):
    """TensorFlow's padding: as many outputs as the stride fits in, the odd pixel right and below."""

    def forward(self, x):
        sides = []
        for side in (x.shape[3], x.shape[2]):
            total = max((-(-side // self.stride[0]) - 1) * self.stride[0] + self.kernel_size[0] - side, 0)
            sides += [total // 2, total - total // 2]
        return super().forward(F.pad(x, sides))


class MobileNetV1(nn.Module):
    """Keras's names, padding and norms (whose momentum counts the old values: 0.99 is PyTorch's 0.01)."""

    PAIRS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]

    def __init__(self, width, activation):
        super().__init__()
        self.activation, self.layers = activation, []
        n_in = self.add("conv1", SameConv(3, int(32 * width), 3, 2, bias=False))
        for number, (n_out, stride) in enumerate(self.PAIRS, 1):
            n_out = int(n_out * width)
            self.add(f"conv_dw_{number}", SameConv(n_in, n_in, 3, stride, groups=n_in, bias=False))
            n_in = self.add(f"conv_pw_{number}", nn.Conv2d(n_in, n_out, 1, bias=False))
        self.conv_preds = nn.Linear(n_in, CLASSES)

    def add(self, name, layer):
        self.add_module(name, layer)
        self.add_module(f"{name}_bn", nn.BatchNorm2d(layer.out_channels, eps=1e-3, momentum=0.01))
        self.layers += [name]
        return layer.out_channels

    def forward(self, x):
        for name in self.layers:
            x = self.activation(getattr(self, f"{name}_bn")(getattr(self, name)(x)))
        return self.conv_preds(x.mean((2, 3)))


def make_torchvision(name, **options):
    return getattr(torchvision.models, name)(weights=None, num_classes=CLASSES, **options)


def make_resnet18_cifar():
    """The usual change for small pictures: a stem of 3x3 that keeps the size."""
    network = make_torchvision("resnet18")
    network.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    network.maxpool = nn.Identity()
    return network


def make_mobilenet_v2_cifar():
    network = make_torchvision("mobilenet_v2", dropout=0.0)
    network.features[0][0].stride = network.features[2].conv[1][0].stride = (1, 1)
    return network


def make_efficientnet(name, classes=CLASSES, **options):
    """Its dropout is off unless asked for."""
    return timm.create_model(name, pretrained=False, num_classes=classes, **options)


def make_efficientnet_tf(classes=CLASSES):
    """timm keeps TensorFlow's epsilon of 0.001; the momentum of 0.99 it does not."""
    return make_efficientnet("tf_efficientnet_lite0", classes, bn_momentum=0.01)
