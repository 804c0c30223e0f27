// Small first-in first-out queue in distributed memory, first word falls through. Wide ones have copies of their pointers.
// Latency: 1 cycle. Stall rule: ready/valid on both sides; data_o holds while valid_o and not ready_i.
// Parameters: WIDTH >= 1, DEPTH_LOG2 1..6.
`default_nettype none
module zn_fifo #(
    parameter int WIDTH = 8,      // bits of a word
    parameter int DEPTH_LOG2 = 2  // log2 of the number of words
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    input  wire                 valid_i,
    output logic                ready_o,
    input  wire  [WIDTH-1:0]    data_i,
    output logic                valid_o,
    input  wire                 ready_i,
    output wire  [WIDTH-1:0]    data_o,
    output logic [DEPTH_LOG2:0] level_o   // words in the queue
);
  localparam int PART = 96;  // bits of the queue that share a copy of the pointers
  logic [DEPTH_LOG2-1:0] write_q, read_q;
  logic [DEPTH_LOG2:0]   level_q;
  wire push = valid_i && ready_o;
  wire pop  = valid_o && ready_i;

  assign ready_o = !level_q[DEPTH_LOG2];
  assign valid_o = level_q != '0;
  assign level_o = level_q;

  // push and pop are late: they choose, they do not add. A mask, since Yosys would make a reset of `rst_i ?` and merge the copies
  wire [DEPTH_LOG2-1:0] write_next = write_q + 1'b1;
  wire [DEPTH_LOG2-1:0] read_next = read_q + 1'b1;
  wire [DEPTH_LOG2-1:0] write_d = (push ? write_next : write_q) & {DEPTH_LOG2{!rst_i}};
  wire [DEPTH_LOG2-1:0] read_d = (pop ? read_next : read_q) & {DEPTH_LOG2{!rst_i}};
  genvar b;
  generate
    for (b = 0; b < WIDTH; b += PART) begin : g_part
      localparam int BITS = WIDTH - b < PART ? WIDTH - b : PART;
      logic [BITS-1:0] mem [0:(1<<DEPTH_LOG2)-1];
      wire [DEPTH_LOG2-1:0] write, read;
      if (WIDTH <= PART) begin : g_one
        assign {write, read} = {write_q, read_q};
      end else begin : g_copy
        zn_copy #(.WIDTH(2 * DEPTH_LOG2)) u_pointers (.clk_i, .d_i({write_d, read_d}), .q_o({write, read}));
      end
      assign data_o[b+:BITS] = mem[read];
      always_ff @(posedge clk_i) if (push) mem[write] <= data_i[b+:BITS];
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    write_q <= write_d;
    read_q  <= read_d;
    if (rst_i) level_q <= '0;
    else begin
      if (push && !pop) level_q <= level_q + 1'b1;
      else if (pop && !push) level_q <= level_q - 1'b1;
    end
  end
endmodule
`default_nettype wire
