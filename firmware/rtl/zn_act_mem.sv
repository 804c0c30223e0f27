// Activation memory: 2^BANKS_LOG2 banks of 16-byte words, one read and one write per bank and cycle.
// Results of the array always get their write; the ports' words wait for a free bank, lower port first.
// Latency: read 2 cycles, write 3. Stall rule: load_ready_o per port; results never wait. A port's row and word must stay for
// the cycle after load_ready_o: that is when they are taken.
// Parameters: PORTS 1..4, DEPTH_LOG2 9..16, BANKS_LOG2 0..4, LANES 1, 2, 4, 8 (BANKS = 1 or 2*LANES).
`default_nettype none
module zn_act_mem #(
    parameter int PORTS = 1,
    parameter int DEPTH_LOG2 = 13,
    parameter int BANKS_LOG2 = 0,
    parameter int LANES = 1
) (
    input  wire                                     clk_i,
    input  wire                                     rst_i,
    // results: LANES adjacent columns
    input  wire                                     out_valid_i,
    input  wire  [DEPTH_LOG2-1:0]                   out_row_i,
    input  wire                                     out_half_i,   // which half of the banks
    input  wire  [LANES-1:0]                        out_mask_i,
    input  wire  [LANES*128-1:0]                    out_data_i,
    // words from the ports
    input  wire  [PORTS-1:0]                        load_valid_i,
    output wire  [PORTS-1:0]                        load_ready_o,
    input  wire  [PORTS*DEPTH_LOG2-1:0]             load_row_i,
    input  wire  [PORTS*4-1:0]                      load_bank_i,
    input  wire  [PORTS*128-1:0]                    load_data_i,
    // read
    input  wire  [(1<<BANKS_LOG2)*DEPTH_LOG2-1:0]   read_row_i,
    output wire  [(1<<BANKS_LOG2)*128-1:0]          read_data_o
);
  localparam int BANKS = 1 << BANKS_LOG2;

  // First the banks are given out, a cycle later the words follow: the choice is a register, and a bank's multiplexer one level
  logic [DEPTH_LOG2-1:0]   out_row_q;
  logic [LANES*128-1:0]    out_data_q;
  always_ff @(posedge clk_i) begin
    out_row_q  <= out_row_i;
    out_data_q <= out_data_i;
  end
  localparam int PW = PORTS > 1 ? $clog2(PORTS) : 1;
  localparam int HALF = 64;  // bits

  wire [PORTS-1:0] grant [0:BANKS-1];
  genvar b, p;
  generate
    for (b = 0; b < BANKS; b++) begin : g_bank
      localparam int LANE = b % LANES;
      wire out_here = out_valid_i && out_mask_i[LANE] && (BANKS == 1 || out_half_i == 1'(b / LANES));
      wire [PORTS-1:0] want;
      for (p = 0; p < PORTS; p++) begin : g_want
        assign want[p] = load_valid_i[p] && load_bank_i[p*4+:4] == 4'(b);
      end
      // The lowest port that wants the bank; `out` has the bank for itself
      for (p = 0; p < PORTS; p++) begin : g_grant
        if (p == 0) assign grant[b][p] = want[p] && !out_here;
        else assign grant[b][p] = want[p] && want[p-1:0] == '0 && !out_here;
      end
      logic [PW-1:0] port_d;   // the lowest that wants it
      integer i;
      always_comb begin
        port_d = '0;
        for (i = PORTS - 1; i >= 0; i--) if (want[i]) port_d = PW'(i);
      end
      logic                  taken_q, write_q;
      logic [DEPTH_LOG2-1:0] row_q;
      logic [127:0]          data_q;
      // a copy of the choice for the row, one for each half of the word
      wire [2:0]    out_first;
      wire [3*PW-1:0] port;
      for (p = 0; p < 3; p++) begin : g_choice
        zn_copy #(.WIDTH(1 + PW)) u_choice (.clk_i, .d_i({out_here, port_d}), .q_o({out_first[p], port[p*PW+:PW]}));
      end
      wire [DEPTH_LOG2-1:0] port_row [0:(1<<PW)-1];
      wire [127:0]          port_data [0:(1<<PW)-1];
      for (p = 0; p < (1 << PW); p++) begin : g_port_word
        assign port_row[p]  = load_row_i[(p%PORTS)*DEPTH_LOG2+:DEPTH_LOG2];
        assign port_data[p] = load_data_i[(p%PORTS)*128+:128];
      end
      always_ff @(posedge clk_i) begin
        taken_q <= !rst_i && (out_here || want != '0);
        write_q <= !rst_i && taken_q;
        row_q   <= out_first[0] ? out_row_q : port_row[port[0+:PW]];
        data_q[HALF-1:0]   <= out_first[1] ? out_data_q[LANE*128+:HALF] : port_data[port[PW+:PW]][HALF-1:0];
        data_q[127:HALF]   <= out_first[2] ? out_data_q[LANE*128+HALF+:HALF] : port_data[port[2*PW+:PW]][127:HALF];
      end
      zn_ram_sdp #(.WIDTH(128), .DEPTH_LOG2(DEPTH_LOG2)) u_ram (
          .clk_i, .write_i(write_q), .write_addr_i(row_q), .write_data_i(data_q),
          .read_addr_i(read_row_i[b*DEPTH_LOG2+:DEPTH_LOG2]), .read_data_o(read_data_o[b*128+:128]));
    end
    for (p = 0; p < PORTS; p++) begin : g_ready
      wire [BANKS-1:0] granted;
      for (b = 0; b < BANKS; b++) begin : g_granted
        assign granted[b] = grant[b][p];
      end
      assign load_ready_o[p] = |granted;
    end
  endgenerate
endmodule
`default_nettype wire
